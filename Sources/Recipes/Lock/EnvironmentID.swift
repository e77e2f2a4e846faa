public import Cryptography
public import PythonPackaging

/// What an environment is, on every machine and for every delivery: the SHA-256 of a canonical text.
///
/// The text has a line for each of: the format, the Python version and ABI, the target platform, every variable in the
/// order of their names' bytes, and every unit's tree digest in the order given. Lines end in a line feed; a variable's
/// value follows its length in bytes, so no value can look like another line:
///
///     chidori-environment 1
///     python 3.11 cp311
///     platform linux-x86_64-glibc2.36
///     variable OMP_NUM_THREADS 1:4
///     unit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
public struct EnvironmentID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let digest: SHA256Digest

    public init(_ digest: SHA256Digest) { self.digest = digest }

    /// The id of an environment of these units, which stand in their order of precedence.
    public init(
        python: PythonVersion, platform: TargetPlatform, environment: [String: String], units: [SHA256Digest]
    ) {
        digest = SHA256Digest(
            of: Self.canonicalText(python: python, platform: platform, environment: environment, units: units))
    }

    /// Takes 64 hexadecimal digits.
    public init?(_ text: String) {
        guard let digest = SHA256Digest(hex: text) else { return nil }
        self.digest = digest
    }

    /// The text whose digest is the id.
    public static func canonicalText(
        python: PythonVersion, platform: TargetPlatform, environment: [String: String], units: [SHA256Digest]
    ) -> String {
        var text = "chidori-environment 1\npython \(python.short) \(python.abiTag)\nplatform \(platform)\n"
        let variables = environment.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (name, value) in variables { text += "variable \(name) \(value.utf8.count):\(value)\n" }
        for unit in units { text += "unit \(unit.hex)\n" }
        return text
    }

    public static func < (left: Self, right: Self) -> Bool { left.digest < right.digest }

    /// 64 lower-case hexadecimal digits.
    public var description: String { digest.hex }
}
