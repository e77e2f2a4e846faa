/// An egg's file name taken apart (setuptools, "The Internal Structure of Python Eggs"):
/// `name-version(-pyX.Y(-platform)?)?.egg`. In name and version `_` stands for `-`.
public struct EggFilename: Sendable, Hashable {
    /// A Python that the name says the egg is for: `py3.11`, or `py3` for every minor version.
    public struct Python: Sendable, Hashable, CustomStringConvertible {
        public let major: Int
        public let minor: Int?
        /// `py3.13t`: the build without the global lock, which setuptools itself does not name.
        public let isFreeThreaded: Bool

        public init(_ major: Int, _ minor: Int?, isFreeThreaded: Bool = false) {
            self.major = major
            self.minor = minor
            self.isFreeThreaded = isFreeThreaded
        }

        /// `3.11`.
        public var description: String {
            "\(major)" + (minor.map { ".\($0)" } ?? "") + (isFreeThreaded ? "t" : "")
        }
    }

    public let filename: String
    public let name: PackageName
    public let version: Version
    /// Any of these will do; every Python if there is none.
    public let pythons: [Python]
    /// The platform as written, `linux-x86_64`, for an egg with native code; `nil` for one that runs anywhere.
    public let platform: String?

    /// Parses a file name, or the name of an egg folder.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidEggFilename`.
    public init(_ filename: String) throws(PythonPackagingError) {
        self = try withBytes(of: filename) { EggFilename.parse($0, filename: filename, expecting: nil) }
            .mapError { problem in
                PythonPackagingError(
                    code: .invalidEggFilename, subject: filename, message: problem.rawValue,
                    advice: "eggs are named name-version-pyX.Y.egg or name-version-pyX.Y-platform.egg")
            }.get()
    }

    /// Parses a file name that should be of this project; `nil` if it is malformed or another project's.
    public init?(_ filename: String, expecting name: PackageName) {
        let parsed = withBytes(of: filename) { EggFilename.parse($0, filename: filename, expecting: name) }
        guard case .success(let egg) = parsed else { return nil }
        self = egg
    }

    private enum Problem: String, Error {
        case suffix = "does not end in .egg"
        case parts = "has no version: a name and a version with a dash between them are the least of an egg's name"
        case name = "does not start with a project's name"
        case otherProject = "is another project's egg"
        case version = "has no version after the name"
        case python = "names no Python after the version"
        case platform = "has an empty platform"
    }

    private init(
        filename: String, name: PackageName, version: Version, pythons: [Python], platform: String?
    ) {
        self.filename = filename
        self.name = name
        self.version = version
        self.pythons = pythons
        self.platform = platform
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, filename: String, expecting expected: PackageName?
    ) -> Result<EggFilename, Problem> {
        guard bytes.count > 4, hasSuffix(bytes, ".egg") else { return .failure(.suffix) }
        // A platform may hold dashes of its own.
        let parts = bytes[..<(bytes.count - 4)].split(
            separator: UInt8(ascii: "-"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count > 1 else { return .failure(.parts) }
        let name: PackageName
        if let expected {
            guard expected.isSpelled(parts[0]) else { return .failure(.otherProject) }
            name = expected
        } else {
            guard let parsed = PackageName(utf8: UnsafeBufferPointer(rebasing: parts[0])) else {
                return .failure(.name)
            }
            name = parsed
        }
        let escaped = parts[1].map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        guard let version = escaped.withUnsafeBufferPointer({ Version(utf8: $0) }) else { return .failure(.version) }
        var pythons: [Python] = []
        if parts.count > 2 {
            guard let read = self.pythons(parts[2]) else { return .failure(.python) }
            pythons = read
        }
        var platform: String?
        if parts.count > 3 {
            guard !parts[3].isEmpty, parts[3].first != UInt8(ascii: "-") else { return .failure(.platform) }
            platform = String(decoding: parts[3], as: UTF8.self)
        }
        return .success(
            EggFilename(filename: filename, name: name, version: version, pythons: pythons, platform: platform))
    }

    /// `py3.11`, `py27`, `py2.py3`: each `py` begins another one.
    private static func pythons(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> [Python]? {
        var numbers: [[Slice<UnsafeBufferPointer<UInt8>>]] = []
        for part in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if isText(part.prefix(2), "py") {
                numbers.append([part.dropFirst(2)])
            } else if numbers.isEmpty {
                return nil
            } else {
                numbers[numbers.count - 1].append(part)
            }
        }
        var pythons: [Python] = []
        for parts in numbers {
            guard let python = python(parts) else { return nil }
            pythons.append(python)
        }
        return pythons
    }

    private static func python(_ parts: [Slice<UnsafeBufferPointer<UInt8>>]) -> Python? {
        var parts = parts
        let isFreeThreaded = parts[parts.count - 1].last == UInt8(ascii: "t")
        if isFreeThreaded { parts[parts.count - 1] = parts[parts.count - 1].dropLast() }
        if parts.count == 1, parts[0].count > 1 { parts = [parts[0].prefix(1), parts[0].dropFirst()] }
        guard parts.count < 3, parts.allSatisfy({ (1..<5).contains($0.count) && $0.allSatisfy(isDigit) }) else {
            return nil
        }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 &- 0x30) } }
        return Python(numbers[0], numbers.count > 1 ? numbers[1] : nil, isFreeThreaded: isFreeThreaded)
    }
}

extension EggFilename: CustomStringConvertible {
    public var description: String { filename }
}
