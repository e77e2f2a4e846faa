internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import Synchronization
internal import SystemPackage

/// What was asked for and what came of it, on the disk: a folder `builds/ID` for each, with `build.json`, which is
/// durable when it is written, `events.jsonl`, which grows while it is made, and what sources printed under `sources`.
///
/// For nobody else's eyes: what is sent may hold passwords. Every function blocks.
final class BuildJournal: Sendable {
    private let folder: FilePath
    /// Open files of events, by build.
    private let files = Mutex<[Build.ID: FileDescriptor]>([:])

    init(in data: FilePath) {
        folder = data.appending("builds")
    }

    /// A build and what it is of.
    struct Entry: Sendable {
        var build: Build
        /// `nil` for an image, which whoever pulls it asks for again.
        var order: BuildOrder?
    }

    /// Writes a build down, in place of what was known of it. It is durable on return.
    func write(_ entry: Entry) throws(Errno) {
        let place = place(entry.build.id)
        for folder in [folder, place] {
            try folder.makeFolders(durably: true)
            try uninterrupted { chmod(folder.string, 0o700) }
        }
        try place.appending(Self.record).replaceFile(with: Self.json(entry).bytes, isPrivate: true)
    }

    /// Begins a build's events and its sources' logs anew.
    func clearEvents(of id: Build.ID) {
        close(id)
        _ = place(id).appending(Self.events).withPlatformString { unlink($0) }
        try? place(id).appending(Self.sources).removeTree()
    }

    /// Adds what happened. Where the disk does not take it, those who listen hear it all the same.
    func append(_ events: [Build.Event], to id: Build.ID) {
        let lines = Array(events.map { Self.json($0).compact + "\n" }.joined().utf8)
        let path = place(id).appending(Self.events)
        files.withLock { files in
            if files[id] == nil {
                files[id] = try? FileDescriptor.open(
                    path, .writeOnly, options: [.create, .append, .closeOnExec],
                    permissions: [.ownerRead, .ownerWrite])
            }
            _ = try? files[id]?.writeAll(lines)
        }
    }

    /// Closes what is written no more.
    func close(_ id: Build.ID) {
        files.withLock { files in try? files.removeValue(forKey: id)?.close() }
    }

    /// What has happened in a build, as far as it can be read.
    func events(of id: Build.ID) -> [Build.Event] {
        guard let bytes = try? place(id).appending(Self.events).fileContents(limit: 64 << 20) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSON(parsing: Array(line))).flatMap(Self.event)
        }
    }

    /// Adds what a source's build has printed to what others printed of the same source, up to ``mostPrinted``, its end first
    /// of all. Where the disk does not take it, the build goes on.
    func keepLog(_ path: FilePath, of source: String, in id: Build.ID) {
        let folder = place(id).appending(Self.sources)
        guard let printed = try? Self.end(of: path), (try? folder.makeFolders()) != nil,
            let file = try? FileDescriptor.open(
                Self.log(of: source, in: folder), .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: [.ownerRead, .ownerWrite])
        else { return }
        defer { try? file.close() }
        guard let size = try? file.seek(offset: 0, from: .end), size < Self.mostPrinted else { return }
        _ = try? file.writeAll(printed)
    }

    /// What the builds of a source have printed; `nil` where nothing was kept.
    func log(of source: String, in id: Build.ID) -> [UInt8]? {
        try? Self.log(of: source, in: place(id).appending(Self.sources)).fileContents(limit: 2 * Self.mostPrinted)
    }

    /// Bytes of a source's log that are kept.
    private static let mostPrinted = 8 << 20

    private static func end(of path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        defer { try? file.close() }
        let start = max(0, try file.seek(offset: 0, from: .end) - Int64(mostPrinted))
        var bytes = [UInt8](repeating: 0, count: mostPrinted)
        let count = try bytes.withUnsafeMutableBytes { room in
            var done = 0
            while done < room.count {
                let piece = try file.read(
                    fromAbsoluteOffset: start + Int64(done),
                    into: UnsafeMutableRawBufferPointer(rebasing: room[done...]))
                if piece == 0 { break }
                done += piece
            }
            return done
        }
        return Array(bytes.prefix(count))
    }

    /// Names of sources hold what no file's name may.
    private static func log(of source: String, in folder: FilePath) -> FilePath {
        folder.appending("\(SHA256Digest(of: source).hex).log")
    }

    /// Every build that can be read, the oldest first.
    func entries() -> [Entry] {
        let names = ((try? folder.folderEntries()) ?? []).map(\.name)
        return names.compactMap { name in
            guard let id = Build.ID(name),
                let bytes = try? place(id).appending(Self.record).fileContents(limit: 8 << 20),
                let json = try? JSON(parsing: bytes)
            else { return nil }
            return Self.entry(json, id)
        }.sorted { ($0.build.startedAt, $0.build.id.description) < ($1.build.startedAt, $1.build.id.description) }
    }

    func forget(_ id: Build.ID) {
        close(id)
        try? place(id).removeTree()
    }

    private func place(_ id: Build.ID) -> FilePath { folder.appending(id.description) }

    private static let record = "build.json"
    private static let events = "events.jsonl"
    private static let sources = "sources"
}
