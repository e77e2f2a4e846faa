/// The version of CPython that an environment is for: `3.11`, `3.11.2`, or `3.13t` for the free-threaded build.
public struct PythonVersion: Sendable, Hashable {
    public var major: Int
    public var minor: Int
    /// The patch level; where it is not given, markers and `Requires-Python` see 0.
    public var patch: Int?
    /// Whether this is the build without the global lock (PEP 703), which has an ABI of its own.
    public var isFreeThreaded: Bool

    public init(_ major: Int, _ minor: Int, _ patch: Int? = nil, isFreeThreaded: Bool = false) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.isFreeThreaded = isFreeThreaded
    }

    /// Parses `X.Y`, `X.Y.Z`, either with a final `t`, `python` or `cp` before it allowed (`python3.11`).
    ///
    /// - Throws: `PythonPackagingError.Code.invalidPythonVersion`.
    public init(_ text: String) throws(PythonPackagingError) {
        var rest = text[...]
        for prefix in ["cpython", "python", "cp", "py"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            break
        }
        let isFreeThreaded = rest.hasSuffix("t")
        if isFreeThreaded { rest = rest.dropLast() }
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false).map { part -> Int? in
            part.utf8.allSatisfy(isDigit) && part.utf8.count < 6 ? Int(part) : nil
        }
        guard numbers.count == 2 || numbers.count == 3, let major = numbers[0], let minor = numbers[1],
            numbers.count == 2 || numbers[2] != nil
        else {
            throw PythonPackagingError(
                code: .invalidPythonVersion, subject: text, message: "is not a Python version",
                advice: "write 3.11 or 3.11.2, with a final t for the free-threaded build")
        }
        self.init(major, minor, numbers.count == 3 ? numbers[2] : nil, isFreeThreaded: isFreeThreaded)
    }

    /// The newest that was out when this version of Chidori was made. Later ones are taken to go on in the same way.
    public static let newestKnown = PythonVersion(3, 15)

    /// `X.Y`, what `python_version` compares and folders are named by (with a final `t` where free-threaded).
    public var short: String { "\(major).\(minor)" }

    /// `X.Y.Z`, what `python_full_version` compares.
    public var full: String { "\(major).\(minor).\(patch ?? 0)" }

    /// The version that `Requires-Python` is asked about.
    public var version: Version {
        Version(UInt32(clamping: major), UInt32(clamping: minor), UInt32(clamping: patch ?? 0))
    }

    /// The interpreter tag: `cp311`.
    public var interpreterTag: String { "cp\(major)\(minor)" }

    /// The ABI tag: `cp311`, `cp313t`, `cp37m`.
    public var abiTag: String {
        let isBefore38 = (major, minor) < (3, 8)
        return interpreterTag + (isFreeThreaded ? "t" : "") + (isBefore38 ? "m" : "")
    }
}

extension PythonVersion: Comparable {
    /// By numbers, a missing patch level as 0; of equal ones the free-threaded build comes last.
    public static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch ?? 0, left.isFreeThreaded ? 1 : 0)
            < (right.major, right.minor, right.patch ?? 0, right.isFreeThreaded ? 1 : 0)
    }
}

extension PythonVersion: CustomStringConvertible {
    /// As given: `3.11`, `3.11.2`, `3.13t`.
    public var description: String {
        short + (patch.map { ".\($0)" } ?? "") + (isFreeThreaded ? "t" : "")
    }
}
