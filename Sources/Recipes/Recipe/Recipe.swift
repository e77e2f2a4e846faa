public import PythonPackaging

/// What a person declares: packages, the Python version and platforms they are for, and what is made of them.
public struct Recipe: Sendable, Hashable {
    /// Names the environment, its lock and its image: lower-case letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The recipe's own version, as text.
    public var version: String?
    public var description: String?
    public var python: Python
    public var jars: Jars
    /// What the environment is made for, never empty: the host counts for nothing.
    public var platforms: [TargetPlatform]
    /// What images stand on: a base of `base-images/`, an OCI layout, or a registry reference.
    public var base: String?
    /// Variables that processes in the environment see; they are part of the environment's id.
    public var environment: [String: String]
    /// Whether compiled bytecode is delivered beside the packages, where the target's interpreter is at hand.
    public var bytecode: Bool
    /// What must pass in the environment, in this order.
    public var tests: [Test]
    public var budget: Budget
    /// What is known and accepted of what preflight finds.
    public var check: Check
    /// What is known and accepted of what an audit finds, and what is not.
    public var audit: Audit
    public var image: Image

    public init(
        name: String, python: Python, platforms: [TargetPlatform] = [Recipe.defaultPlatform], base: String? = nil,
        environment: [String: String] = [:]
    ) {
        self.name = name
        self.python = python
        self.platforms = platforms
        self.base = base
        self.environment = environment
        jars = Jars()
        bytecode = true
        tests = []
        budget = Budget()
        check = Check()
        audit = Audit()
        image = Image()
    }

    /// The platform of a recipe that names none: x86_64 with glibc 2.28, whatever machine reads it.
    public static let defaultPlatform = TargetPlatform(.x86_64, TargetPlatform.defaultCLibrary)
}
