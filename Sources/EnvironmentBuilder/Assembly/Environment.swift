public import Cryptography
public import PythonPackaging
public import Recipes
public import Units

/// One platform's environment: the units that a lock names, in their order.
public struct Environment: Sendable {
    public let id: EnvironmentID
    /// The recipe's name, or the lock file's.
    public let name: String
    public let version: String?
    public let python: PythonVersion
    public let platform: TargetPlatform
    public let variables: [String: String]
    /// The digest of the lock's text.
    public let lock: SHA256Digest
    /// In the lock's order; where two own one path, the later one wins.
    public let units: [Unit]
    /// By the name of a jar: coordinates from what the recipe asks for to the one that brings it.
    public let jarPaths: [String: [String]]

    /// PySpark, where the environment has it. (A jar is called `group:artifact`.)
    var spark: Unit? { units.first { $0.name == "pyspark" } }
}
