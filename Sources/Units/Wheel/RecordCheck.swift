internal import Archive
internal import Cryptography
internal import PythonPackaging

/// A wheel's members held against its RECORD.
struct RecordCheck {
    /// The members that RECORD need not list, or not with a hash: itself and its signatures (PEP 427).
    private static let exempt = ["RECORD", "RECORD.jws", "RECORD.p7s"]

    private let layout: WheelLayout
    private let entries: [String: WheelRecord.Entry]

    /// Checks that each member is listed once with a hash and nothing else is, and that sizes agree.
    ///
    /// - Throws: ``UnitsError`` (`untruthfulRecord`) naming the wheel and the member.
    init(_ record: WheelRecord, layout: WheelLayout, members: [ZipMember]) throws {
        self.layout = layout
        let exempt = Set(Self.exempt.map(layout.inDistInfo))
        var entries: [String: WheelRecord.Entry] = [:]
        entries.reserveCapacity(record.entries.count)
        for entry in record.entries {
            guard let other = entries.updateValue(entry, forKey: entry.path), other != entry else { continue }
            throw Self.untruthful(layout, "lists \(entry.path) twice, with different hashes or sizes")
        }
        var listed = 0
        for member in members where !member.isDirectory {
            guard let entry = entries[member.name] else {
                if exempt.contains(member.name) { continue }
                throw Self.untruthful(layout, "does not list \(member.name)")
            }
            listed += 1
            if let size = entry.size, size != member.size, member.name != layout.inDistInfo("RECORD") {
                throw Self.untruthful(
                    layout, "gives \(member.name) a size of \(size) bytes, but it has \(member.size)")
            }
            if entry.sha256 == nil, entry.otherHash == nil, !exempt.contains(member.name) {
                throw Self.untruthful(layout, "lists \(member.name) without a hash")
            }
        }
        if listed != entries.count {
            let names = Set(members.lazy.filter { !$0.isDirectory }.map(\.name))
            // RECORD may list signatures that were never made.
            if let missing = entries.keys.filter({ !names.contains($0) && !exempt.contains($0) }).min() {
                throw Self.untruthful(layout, "lists \(missing), which the wheel does not hold")
            }
        }
        self.entries = entries
    }

    /// The SHA-256 of a member as RECORD claims it. Where RECORD uses another strong hash, the member is read, held
    /// against that, and its SHA-256 computed.
    ///
    /// - Throws: ``UnitsError`` (`untruthfulRecord`), `ArchiveError`.
    func digest(of member: ZipMember, in archive: ZipArchive) throws -> SHA256Digest {
        let entry = entries[member.name]
        if let digest = entry?.sha256 { return digest }
        let hash = entry?.otherHash ?? ""
        let algorithm = hash.prefix { $0 != "=" }
        guard var hasher = MessageHasher(algorithm) else {
            throw Self.untruthful(
                layout, "hashes \(member.name) by \(algorithm), which is not among the strong ones")
        }
        var sha256 = SHA256Hasher()
        try archive.stream(member) { chunk in
            hasher.update(chunk)
            sha256.update(chunk)
        }
        var claimed = hash.dropFirst(algorithm.count + 1)
        while claimed.last == "=" { claimed.removeLast() }
        guard hasher.base64URL() == claimed else {
            throw Self.untruthful(layout, "gives \(member.name) another \(algorithm) than it has")
        }
        return sha256.finalize()
    }

    /// A small member's bytes, held against the hash that RECORD claims.
    ///
    /// - Throws: ``UnitsError`` (`untruthfulRecord`), `ArchiveError`.
    func contents(of member: ZipMember, in archive: ZipArchive) throws -> [UInt8] {
        let bytes = try archive.contents(of: member)
        guard try SHA256Digest(of: bytes) == digest(of: member, in: archive) else {
            throw Self.untruthful(layout, "gives \(member.name) another hash than it has")
        }
        return bytes
    }

    private static func untruthful(_ layout: WheelLayout, _ message: String) -> UnitsError {
        UnitsError(
            .untruthfulRecord, layout.wheel.filename, "has a RECORD that \(message)",
            advice:
                "choose another version of \(layout.wheel.name), and tell its publisher: somebody may have changed it"
        )
    }
}
