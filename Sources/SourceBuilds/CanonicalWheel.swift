internal import Archive
public import ContentStore
internal import Cryptography
public import PythonPackaging
internal import Synchronization
public import SystemPackage
public import Workers

/// A wheel that was built here, written anew so that the same files always make the same wheel: members sorted and
/// dated alike, compressed by our own encoder, RECORD in order.
public struct CanonicalWheel: Sendable {
    public let filename: WheelFilename
    public let metadata: CoreMetadata
    public let blob: Blob
    /// The newest glibc that its libraries ask for, as a release of glibc 2: 17 for `GLIBC_2.17`; `nil` for none.
    public let glibc: Int?

    /// Reads what a backend has left, and keeps it in the store. Blocks.
    ///
    /// - Parameters:
    ///   - file: the wheel's name.
    ///   - source: what messages call what it was built from.
    ///   - project: what it must be a wheel of.
    ///   - version: and of which version; any if `nil`.
    /// - Throws: ``SourceBuildsError`` (`wrongWheel`), `ArchiveError`, `PythonPackagingError`, `StoreError`.
    public init(
        _ file: String, at path: FilePath, builtFrom source: String, of project: PackageName, version: Version?,
        in store: ContentStore, workers: Workers
    ) throws {
        func wrong(_ message: String) -> SourceBuildsError {
            SourceBuildsError(
                .wrongWheel, source, message, advice: "choose another version, or a wheel of it, and tell its publisher"
            )
        }
        guard let filename = WheelFilename(file, expecting: project) else {
            // Nobody but the recipe says what a tree is called.
            if version == nil, let other = try? WheelFilename(file).name {
                throw SourceBuildsError(
                    .wrongWheel, source, "was built to \(file): the project is called \(other), not \(project)",
                    advice: "write `\(other) @ …` in the recipe")
            }
            throw wrong("was built to \(file), which is no wheel of \(project)")
        }
        if let version, filename.version != version { throw wrong("was built to \(file), another version") }
        let archive = try ZipArchive(source: FileSource(path, name: file))
        let folders = Self.distInfos(of: archive)
        guard let folder = folders.first, folders.count == 1 else {
            throw wrong(
                folders.isEmpty
                    ? "was built to \(file), which has no METADATA"
                    : "was built to \(file), which has the METADATA of several")
        }
        metadata = try CoreMetadata(archive.contents(of: archive.member(named: folder + "METADATA")), of: file)
        guard metadata.name == project, metadata.version == filename.version else {
            throw wrong("was built to \(file), whose METADATA is of \(metadata.name) \(metadata.version)")
        }
        self.filename = filename
        let record = folder + "RECORD"
        let members = archive.directory.members.filter { member in
            !member.isDirectory && member.name != record && member.name != record + ".jws"
                && member.name != record + ".p7s"
        }
        .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let needs = Mutex<Int?>(nil)
        blob = try store.insert { output in
            var zip = ZipWriter()
            // RECORD names every file, those behind it in the order too: their digests are needed first.
            let digests = try Self.batches(members).flatMap { batch in
                try workers.map(batch) { member in
                    var hasher = SHA256Hasher()
                    try archive.stream(member) { hasher.update($0) }
                    return hasher.finalize()
                }
            }
            var entries = Swift.zip(members, digests).map {
                WheelRecord.Entry(path: $0.name, sha256: $1, size: $0.size)
            }
            entries.append(WheelRecord.Entry(path: record))
            entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            var list: [UInt8]? = Array(WheelRecord(entries: entries).text.utf8)
            for batch in Self.batches(members) {
                let contents = try workers.map(batch) { member in
                    var encoder = DeflateEncoder()
                    let bytes = try archive.contents(of: member, limit: .max)
                    if let release = Self.glibc(of: bytes) {
                        needs.withLock { $0 = max($0 ?? 0, release) }
                    }
                    return bytes.withUnsafeBytes { ZipContent($0, encoder: &encoder) }
                }
                for (member, content) in Swift.zip(batch, contents) {
                    if let bytes = list, record.utf8.lexicographicallyPrecedes(member.name.utf8) {
                        try bytes.withUnsafeBytes { try zip.add(record, content: $0) { try output.write($0) } }
                        list = nil
                    }
                    try zip.add(member.name, isExecutable: member.isExecutable, content) { try output.write($0) }
                }
            }
            if let bytes = list {
                try bytes.withUnsafeBytes { try zip.add(record, content: $0) { try output.write($0) } }
            }
            try zip.finish { try output.write($0) }
        }
        glibc = needs.withLock { $0 }
    }

    /// The METADATA of a wheel that was built before. Blocks.
    ///
    /// - Throws: `ArchiveError`, `PythonPackagingError`.
    public static func metadata(at path: FilePath, name: String) throws -> CoreMetadata {
        let archive = try ZipArchive(source: FileSource(path, name: name))
        let member = try archive.member(named: (distInfos(of: archive).first ?? "") + "METADATA")
        return try CoreMetadata(archive.contents(of: member), of: name)
    }

    /// The folders at the top that have METADATA, each with a slash.
    private static func distInfos(of archive: ZipArchive) -> [String] {
        archive.directory.members.lazy.map(\.name)
            .filter { $0.hasSuffix(".dist-info/METADATA") && $0.utf8.count { $0 == UInt8(ascii: "/") } == 1 }
            .map { String($0.dropLast("METADATA".count)) }
    }

    /// Runs of members that are in memory at once: 64 MiB of them, or one that is larger.
    private static func batches(_ members: [ZipMember]) -> [[ZipMember]] {
        var batches: [[ZipMember]] = []
        var size: UInt64 = 0
        for member in members {
            if batches.isEmpty || size + member.size > 64 << 20 || batches[batches.count - 1].count >= 1024 {
                batches.append([])
                size = 0
            }
            batches[batches.count - 1].append(member)
            size += member.size
        }
        return batches
    }

    /// What ELF files name whose relocations only glibc 2.36 and newer read.
    private static let packedRelocations = (sign: Array("GLIBC_ABI_DT_RELR\0".utf8), release: 36)

    /// The newest release of glibc 2 whose symbols an ELF file names (`GLIBC_2.34`); `nil` for any other file.
    static func glibc(of bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
        let prefix = Array("GLIBC_".utf8)
        var newest: Int?
        var index = 0
        while index + prefix.count < bytes.count {
            guard bytes[index] == prefix[0], bytes[index..<index + prefix.count].elementsEqual(prefix) else {
                index += 1
                continue
            }
            if bytes[index...].starts(with: packedRelocations.sign) {
                newest = max(newest ?? 0, packedRelocations.release)
            }
            index += prefix.count
            guard bytes[index...].starts(with: [0x32, 0x2E]) else { continue }
            let digits = bytes[(index + 2)...].prefix(3).prefix { (0x30...0x39).contains($0) }
            if let release = Int(String(decoding: digits, as: UTF8.self)) { newest = max(newest ?? 0, release) }
        }
        return newest
    }
}

private func zip2<A, B>(_ a: [A], _ b: [B]) -> Zip2Sequence<[A], [B]> { Swift.zip(a, b) }
