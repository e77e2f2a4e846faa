internal import ContentStore
public import Cryptography

/// A folder of a unit, read from the record when looked into.
public struct UnitFolder: Sendable {
    let record: [UInt8]
    let generated: Range<Int>
    let range: Range<Int>

    /// What lies directly in the folder: files by name, folders by name and `/`, in the order of those bytes.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    public func entries() throws -> [UnitEntry] {
        try readingRecord {
            var entries: [UnitEntry] = []
            var reader = RecordReader(record, in: range)
            while reader.remaining > 0 { entries.append(try entry(from: &reader)) }
            return entries
        }
    }

    /// The folder or file at a path below this one.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    public func entry(at path: some StringProtocol) throws -> UnitEntry? {
        let parts = path.split(separator: "/", maxSplits: 1)
        guard let first = parts.first else { return nil }
        guard let entry = try entries().first(where: { $0.name == first }) else { return nil }
        guard parts.count == 2 else { return entry }
        guard case .folder(let folder) = entry.content else { return nil }
        return try folder.entry(at: parts[1])
    }

    func collect(into files: inout [UnitFile], below prefix: String) throws {
        try readingRecord {
            var reader = RecordReader(record, in: range)
            while reader.remaining > 0 {
                let entry = try entry(from: &reader)
                switch entry.content {
                case .folder(let folder): try folder.collect(into: &files, below: prefix + entry.name + "/")
                case .file(let file): files.append(file.at(prefix + entry.name))
                }
            }
        }
    }

    private func entry(from reader: inout RecordReader) throws(RecordDamage) -> UnitEntry {
        let flags = EntryFlags(rawValue: try reader.number())
        let name = try reader.text()
        if flags.contains(.folder) {
            let range = try reader.stretch()
            return UnitEntry(
                name: name, content: .folder(UnitFolder(record: record, generated: generated, range: range)))
        }
        let size = try reader.shortNumber()
        let digest = try reader.digest()
        let position = try reader.count()
        let origin: Origin
        if flags.contains(.generated) {
            guard position <= generated.count, size <= UInt64(generated.count - position) else { throw reader.damage }
            let start = generated.lowerBound + position
            origin = .generated(Array(record[start..<start + Int(size)]))
        } else if flags.contains(.artifact) {
            origin = .artifact
        } else {
            origin = .member(position)
        }
        return UnitEntry(
            name: name,
            content: .file(
                UnitEntry.File(
                    isExecutable: flags.contains(.executable), size: size, digest: digest, origin: origin)))
    }
}

/// What a folder of a unit holds under one name.
public struct UnitEntry: Sendable {
    public enum Content: Sendable {
        case folder(UnitFolder)
        case file(File)
    }

    /// A file without its path.
    public struct File: Sendable {
        public let isExecutable: Bool
        /// Bytes.
        public let size: UInt64
        public let digest: SHA256Digest
        public let origin: Origin

        /// The same file with a path below ENV.
        public func at(_ path: String) -> UnitFile {
            UnitFile(path: path, isExecutable: isExecutable, size: size, digest: digest, origin: origin)
        }
    }

    public let name: String
    public let content: Content
}
