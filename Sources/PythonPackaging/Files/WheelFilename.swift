/// A wheel's file name taken apart (PEP 427): `name-version(-build)?-python-abi-platform.whl`.
public struct WheelFilename: Sendable, Hashable {
    public let filename: String
    public let name: PackageName
    public let version: Version
    public let build: BuildTag?
    /// Where in the file name's UTF-8 the tag set starts; it ends before `.whl`.
    private let tagStart: Int

    /// Parses a file name.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidWheelFilename`.
    public init(_ filename: String) throws(PythonPackagingError) {
        self = try withBytes(of: filename) { WheelFilename.parse($0, filename: filename, expecting: nil) }
            .mapError { problem in
                PythonPackagingError(
                    code: .invalidWheelFilename, subject: filename, message: problem.rawValue,
                    advice: "wheels are named name-version-python-abi-platform.whl (PEP 427)")
            }.get()
    }

    /// Parses a file name that should be of this project; `nil` if it is malformed or another project's.
    public init?(_ filename: String, expecting name: PackageName) {
        let parsed = withBytes(of: filename) { WheelFilename.parse($0, filename: filename, expecting: name) }
        guard case .success(let wheel) = parsed else { return nil }
        self = wheel
    }

    /// Parses a file name of this project from its UTF-8, which `filename` holds too.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, filename: String, expecting name: PackageName) {
        guard case .success(let wheel) = WheelFilename.parse(bytes, filename: filename, expecting: name) else {
            return nil
        }
        self = wheel
    }

    private init(filename: String, name: PackageName, version: Version, build: BuildTag?, tagStart: Int) {
        self.filename = filename
        self.name = name
        self.version = version
        self.build = build
        self.tagStart = tagStart
    }

    private enum Problem: String, Error {
        case suffix = "does not end in .whl"
        case parts = "has not five or six parts with dashes between them"
        case name = "does not start with a project's name"
        case otherProject = "is another project's wheel"
        case version = "has no version after the name"
        case build = "has a build tag that does not start with a digit"
        case tags = "has an empty tag"
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, filename: String, expecting expected: PackageName?
    ) -> Result<WheelFilename, Problem> {
        let end = bytes.count - 4
        guard end > 0, hasSuffix(bytes, ".whl") else { return .failure(.suffix) }
        // The places of the dashes: at most five of them.
        var dashes = (0, 0, 0, 0, 0)
        var count = 0
        for index in 0..<end where bytes[index] == UInt8(ascii: "-") {
            switch count {
            case 0: dashes.0 = index
            case 1: dashes.1 = index
            case 2: dashes.2 = index
            case 3: dashes.3 = index
            case 4: dashes.4 = index
            default: return .failure(.parts)
            }
            count += 1
        }
        guard count == 4 || count == 5 else { return .failure(.parts) }

        let nameBytes = bytes[..<dashes.0]
        guard isName(nameBytes) else { return .failure(.name) }
        let name: PackageName
        if let expected {
            guard expected.isSpelled(nameBytes) else { return .failure(.otherProject) }
            name = expected
        } else {
            name = PackageName(NormalizedText(normalizing: UnsafeBufferPointer(rebasing: nameBytes)))
        }
        guard let version = Version(utf8: UnsafeBufferPointer(rebasing: bytes[(dashes.0 + 1)..<dashes.1])) else {
            return .failure(.version)
        }
        var build: BuildTag?
        if count == 5 {
            guard let tag = BuildTag(bytes[(dashes.1 + 1)..<dashes.2]) else { return .failure(.build) }
            build = tag
        }
        let tagStart = (count == 5 ? dashes.2 : dashes.1) + 1
        var previous = UInt8(ascii: "-")
        for index in tagStart..<end {
            let byte = bytes[index]
            if isSeparator(byte), isSeparator(previous) { return .failure(.tags) }
            previous = byte
        }
        if isSeparator(previous) { return .failure(.tags) }
        return .success(
            WheelFilename(filename: filename, name: name, version: version, build: build, tagStart: tagStart))
    }

    /// Letters, digits, `_` and `.`, no two underscores together.
    private static func isName(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard !bytes.isEmpty else { return false }
        var previous: UInt8 = 0
        for byte in bytes {
            guard isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") else { return false }
            if byte == UInt8(ascii: "_"), previous == byte { return false }
            previous = byte
        }
        return true
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") }

    /// The compressed tag set as written: `py2.py3-none-any`.
    public var tagSet: String {
        withBytes(of: filename) { String(decoding: tagBytes(of: $0), as: UTF8.self) }
    }

    /// The tags that the set stands for, in the order written.
    public var tags: [WheelTag] {
        // The name was parsed, so the set has three parts and none is empty.
        (try? WheelTag.parse(tagSet)) ?? []
    }

    fileprivate func tagBytes(of filename: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: filename[tagStart..<(filename.count - 4)])
    }
}

extension WheelFilename: CustomStringConvertible {
    public var description: String { filename }
}

extension TagPriority {
    /// The best place of the wheel's tags in `tags`; `nil` if none runs on the target.
    public func rank(of wheel: WheelFilename) -> Int? {
        withBytes(of: wheel.filename) { rank(ofTagSet: wheel.tagBytes(of: $0)) }
    }
}
