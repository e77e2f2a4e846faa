/// What a wheel's WHEEL file says of the wheel (PEP 427).
public struct WheelMetadata: Sendable, Hashable {
    public let major: Int
    public let minor: Int
    /// Whether the wheel's root goes to `purelib`; to `platlib` where the file does not say, as pip has it.
    public let isPurelib: Bool
    /// The tags, in the order written, compressed sets taken apart.
    public let tags: [WheelTag]
    public let build: String?
    public let generator: String?

    /// Reads a WHEEL file.
    ///
    /// - Parameter subject: the wheel's file name, for errors.
    /// - Throws: `PythonPackagingError.Code.invalidWheelMetadata` where a field is missing or malformed, and
    ///   `.unsupportedWheelVersion` for a major version other than 1, which installers must refuse.
    public init(_ bytes: [UInt8], of subject: String) throws(PythonPackagingError) {
        var fields: [String: String] = [:]
        var tags: [String] = []
        bytes.withUnsafeBufferPointer { buffer in
            var reader = HeaderReader(buffer)
            while let header = reader.next() {
                let key = String(decoding: header.key, as: UTF8.self).lowercased()
                if key == "tag" {
                    tags.append(header.text)
                } else if fields[key] == nil {
                    fields[key] = header.text
                }
            }
        }
        guard let version = fields["wheel-version"] else {
            throw WheelMetadata.malformed(subject, "has no Wheel-Version in its WHEEL file")
        }
        let numbers = version.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1], major >= 0, minor >= 0 else {
            throw WheelMetadata.malformed(subject, "has the malformed Wheel-Version '\(version)'")
        }
        guard major == 1 else {
            throw PythonPackagingError(
                code: .unsupportedWheelVersion, subject: subject,
                message: "is of wheel format \(version), and only 1.x is known",
                advice: "choose another version of it, or a newer release of this tool")
        }
        self.major = major
        self.minor = minor
        isPurelib = fields["root-is-purelib"]?.lowercased() == "true"
        build = fields["build"]
        generator = fields["generator"]
        var parsed: [WheelTag] = []
        for tag in tags {
            guard let set = try? WheelTag.parse(tag) else {
                throw WheelMetadata.malformed(subject, "has the malformed Tag '\(tag)' in its WHEEL file")
            }
            parsed += set
        }
        self.tags = parsed
    }

    private static func malformed(_ subject: String, _ message: String) -> PythonPackagingError {
        PythonPackagingError(
            code: .invalidWheelMetadata, subject: subject, message: message,
            advice: "the wheel is broken; choose another version of it")
    }
}
