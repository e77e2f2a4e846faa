/// What an egg's EGG-INFO says of the distribution: PKG-INFO, with what it needs from requires.txt.
public struct EggMetadata: Sendable {
    /// The folder of an egg's metadata, as its members' names begin.
    public static let folder = "EGG-INFO/"

    /// Name, version, requirements and the rest.
    public let core: CoreMetadata
    /// The METADATA of an installed distribution (Core metadata 2.1 or as the egg has it) that says the same.
    public let text: [UInt8]

    /// Reads what EGG-INFO says.
    ///
    /// Requirements come from requires.txt, else from depends.txt as the first setuptools wrote it, and from PKG-INFO's
    /// `Requires-Dist` only where there is neither: setuptools repeats there what requires.txt says.
    ///
    /// - Parameters:
    ///   - subject: the egg, for errors.
    ///   - member: a file of EGG-INFO by its name there; `nil` for one that is not there.
    /// - Throws: `PythonPackagingError.Code.invalidMetadata`, `.invalidEggRequirements`, and what `member` throws.
    public init(of subject: String, member: (String) throws -> [UInt8]?) throws {
        guard let information = try member("PKG-INFO") else {
            throw PythonPackagingError(
                code: .invalidMetadata, subject: subject, message: "has no EGG-INFO/PKG-INFO",
                advice: "it is no egg, or only a part of one: have it built again, or take it away")
        }
        var needed: EggRequirements?
        for file in ["requires.txt", "depends.txt"] where needed == nil {
            needed = try member(file).map { try EggRequirements($0, of: subject, file: file) }
        }
        text = EggMetadata.metadata(information, needed)
        core = try CoreMetadata(text, of: subject)
    }

    /// PKG-INFO with these requirements in place of its own.
    private static func metadata(_ information: [UInt8], _ needed: EggRequirements?) -> [UInt8] {
        var headers: [UInt8] = []
        var format = Version(2, 1)
        let end = information.withUnsafeBufferPointer { bytes in
            var reader = HeaderReader(bytes)
            var start = reader.position
            while let header = reader.next() {
                defer { start = reader.position }
                if isText(header.key, "metadata-version") {
                    if let own = Version(utf8: header.value) { format = max(format, own) }
                    continue
                }
                if needed != nil, isText(header.key, "requires-dist") || isText(header.key, "provides-extra") {
                    continue
                }
                headers += bytes[start..<reader.position]
                if let last = headers.last, last != 0x0A, last != 0x0D { headers.append(0x0A) }
            }
            return start
        }
        var added = ""
        for extra in needed?.extras ?? [] { added += "Provides-Extra: \(extra)\n" }
        for requirement in needed?.requirements ?? [] { added += "Requires-Dist: \(requirement)\n" }
        let body = Array(information[end...])
        // What follows the headers begins with an empty line, or is no header at all and needs one before it.
        let gap: [UInt8] = body.first == 0x0A || body.first == 0x0D || body.isEmpty ? [] : [0x0A]
        return Array("Metadata-Version: \(format)\n".utf8) + headers + Array(added.utf8) + gap + body
    }
}
