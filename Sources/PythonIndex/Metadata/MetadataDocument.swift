public import Cryptography
internal import Diagnostics
public import PythonPackaging

/// What is kept of a wheel's METADATA, or of the METADATA that an egg is installed with: the header fields that choosing needs, as text, and the digest of the whole.
public struct MetadataDocument: Sendable, Equatable {
    /// SHA-256 of the whole METADATA, whose wheel must still hold it when it is fetched.
    public let digest: SHA256Digest
    /// The kept header lines.
    let text: [UInt8]

    /// Keeps what choosing needs of a whole METADATA.
    init(of metadata: [UInt8]) {
        digest = SHA256Digest(of: metadata)
        text = Self.kept(metadata)
    }

    /// The fields that are kept.
    ///
    /// - Parameter file: the file that the metadata is of.
    /// - Throws: `PythonPackagingError.Code.invalidMetadata`; `PythonIndexError.Code.wrongContent` where it is another
    ///   project's or version's.
    public func metadata(of file: BuiltFilename) throws -> CoreMetadata {
        let metadata = try CoreMetadata(text, of: file.filename)
        let document = if case .egg = file { "PKG-INFO" } else { "METADATA" }
        guard metadata.name == file.name else {
            throw PythonIndexError(
                .wrongContent, file.filename, "says in its \(document) that it is \(metadata.name)",
                advice: "choose another version of \(file.name), and tell its publisher")
        }
        guard metadata.version == file.version else {
            throw PythonIndexError(
                .wrongContent, file.filename, "says in its \(document) that it is version \(metadata.version)",
                advice: "choose another version of \(file.name), and tell its publisher")
        }
        return metadata
    }

    /// As ``metadata(of:)-(BuiltFilename)``.
    public func metadata(of wheel: WheelFilename) throws -> CoreMetadata { try metadata(of: .wheel(wheel)) }

    /// Whether it is the wheel's by the name and version in it, whatever the rest is like: a requirement that no tool
    /// understands is the publisher's doing, and stands in the wheel too.
    func names(_ wheel: WheelFilename) -> Bool {
        let lines = String(decoding: text, as: UTF8.self).textLines
        func value(_ field: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(field) }.map {
                $0.dropFirst(field.count).filter { !$0.isWhitespace }
            }
        }
        guard let name = value("name:"), let version = value("version:") else { return false }
        return (try? PackageName(name)) == wheel.name && (try? Version(version)) == wheel.version
    }

    /// Whether the page says nothing else of the digest.
    func isAnnounced(by file: IndexFile) -> Bool {
        guard case .available(let announced?) = file.metadata else { return true }
        return announced == digest
    }

    // MARK: - In the store

    var record: [UInt8] { digest.bytes + text }

    init?(record: [UInt8]) {
        guard record.count >= 32, let digest = SHA256Digest(bytes: record[..<32]) else { return nil }
        self.digest = digest
        text = Array(record[32...])
    }

    private static let fields: Set<String> = [
        "metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic",
    ]

    /// The lines of the fields that are kept, up to the first empty line, which ends the header (RFC 822).
    private static func kept(_ metadata: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var keeps = false
        var start = 0
        while start < metadata.count {
            let end = metadata[start...].firstIndex(of: 0x0A) ?? metadata.count
            let line = metadata[start..<end]
            start = end + 1
            guard let first = line.first, first != 0x0D else { break }
            if first != 0x20, first != 0x09 {
                let name = line.prefix { $0 != UInt8(ascii: ":") }.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
                keeps = fields.contains(String(decoding: name, as: UTF8.self))
            }
            if keeps { kept += line + [0x0A] }
        }
        return kept
    }
}
