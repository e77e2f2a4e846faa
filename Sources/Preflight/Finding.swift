/// Something about an environment that a person should know before a job finds it out.
public struct Finding: Sendable, Hashable {
    /// What is looked at. The names are a promise: recipes accept findings by them.
    public enum Rule: String, Sendable, CaseIterable {
        /// Jars with classes of one name and other content.
        case duplicateClasses = "duplicate-classes"
        /// Jars with classes of one name and the same content.
        case identicalClasses = "identical-classes"
        /// A jar with another library's classes, some renamed and some not.
        case halfShaded = "half-shaded"
        /// A package in several jars that must be in one, or that are of one project and not of one version.
        case splitPackage = "split-package"
        /// One library in two versions.
        case twoVersions = "two-versions"
        /// Jars of one name from different groups.
        case oneName = "one-name"
        /// A jar that cannot be read.
        case unreadableJar = "unreadable-jar"
        /// Python packages that own one path with different contents.
        case onePath = "one-path"
        /// Libraries for two major versions of CUDA.
        case cudaMajors = "cuda-majors"
        /// Two major versions of Protocol Buffers' runtime.
        case protobufMajors = "protobuf-majors"
        /// Jars for another Scala than the environment's.
        case scalaVersion = "scala-version"
        /// Jars for another Spark than the environment's.
        case sparkVersion = "spark-version"
        /// Classes for a newer Java than there is.
        case javaVersion = "java-version"
        /// What is not there for the target platform.
        case missing = "not-for-platform"
    }

    /// How much it matters.
    public enum Severity: String, Sendable, Comparable, CaseIterable {
        /// Good to know, and nobody's to mend.
        case note
        /// It may be meant, or turn out well.
        case warning
        /// It goes wrong, or what happens is left to chance.
        case conflict

        public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .conflict: 2
            }
        }
    }

    public var rule: Rule
    public var severity: Severity
    /// What it is about, sorted, without versions: a recipe's acceptance outlives an update.
    public var subjects: [String]
    /// What it is about as people read it, with versions.
    public var title: String
    /// What is wrong with that, as the rest of a sentence.
    public var message: String
    /// What to do.
    public var advice: String?
    /// How many classes, files or jars it concerns.
    public var count: Int
    /// Some of those.
    public var examples: [String]
    /// Why the recipe accepts it; `nil` if it does not.
    public var accepted: String?

    /// So many examples are named.
    static let shown = 5

    public init(
        _ rule: Rule, _ severity: Severity, _ subjects: [String], title: String, _ message: String,
        advice: String? = nil, count: Int = 1, examples: [String] = []
    ) {
        self.rule = rule
        self.severity = severity
        self.subjects = Set(subjects).sorted()
        self.title = title
        self.message = message
        self.advice = advice
        self.count = count
        self.examples = Array(examples.prefix(Self.shown))
    }

    /// What a recipe calls it: `duplicate-classes org.example:one org.example:two`.
    public var id: String { ([rule.rawValue] + subjects).joined(separator: " ") }

    /// Whether somebody has to do something: a conflict or a warning that no recipe accepts.
    public var isOpen: Bool { severity > .note && accepted == nil }
}

extension [Finding] {
    /// The gravest first, then by rule and name.
    public func inOrder() -> [Finding] {
        let ranks = Dictionary(
            uniqueKeysWithValues: Finding.Rule.allCases.enumerated().map { ($0.element, $0.offset) })
        return sorted { a, b in
            if a.severity != b.severity { return a.severity > b.severity }
            if a.rule != b.rule { return ranks[a.rule, default: 0] < ranks[b.rule, default: 0] }
            return a.id < b.id
        }
    }

    /// Whether there is a conflict that no recipe accepts.
    public var haveConflict: Bool { contains { $0.severity == .conflict && $0.accepted == nil } }
}

/// `a`, `a and b`, `a, b and 3 more`.
func listed(_ names: [String], atMost limit: Int = 3) -> String {
    if names.count > limit {
        return names.prefix(limit - 1).joined(separator: ", ") + " and \(names.count - limit + 1) more"
    }
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
}
