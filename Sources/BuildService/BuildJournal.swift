internal import Diagnostics
internal import EnvironmentSupply
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import JobModel
internal import Synchronization
internal import SystemPackage

/// What was asked for and what came of it, on the disk: a folder `builds/ID` for each, with `build.json`, which is
/// durable when it is written, and `events.jsonl`, which grows while it is made.
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
        var order: BuildOrder
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

    /// Begins a build's events anew.
    func clearEvents(of id: Build.ID) {
        close(id)
        _ = place(id).appending(Self.events).withPlatformString { unlink($0) }
    }

    /// Adds what happened. Where the disk does not take it, those who listen hear it all the same.
    func append(_ event: Build.Event, to id: Build.ID) {
        let line = Array((Self.json(event).compact + "\n").utf8)
        let path = place(id).appending(Self.events)
        files.withLock { files in
            if files[id] == nil {
                files[id] = try? FileDescriptor.open(
                    path, .writeOnly, options: [.create, .append, .closeOnExec],
                    permissions: [.ownerRead, .ownerWrite])
            }
            _ = try? files[id]?.writeAll(line)
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
}

// MARK: - As JSON

extension BuildJournal {
    private static func json(_ entry: Entry) -> JSON {
        let (build, order) = (entry.build, entry.order)
        let (kind, text): (String, String) =
            switch order.reference {
            case .named(let name): ("name", name)
            case .recipe(let yaml): ("recipe", yaml)
            case .lock(let toml): ("lock", toml)
            }
        return [
            "order": [
                kind: .string(text), "deliveries": .array(order.deliveries.map { .string($0.description) }),
                "upgrades": .bool(order.upgrades),
            ],
            "state": .string(build.state.rawValue), "askers": .array(build.askers.map(JSON.string)),
            "environment": build.environment.map(JSON.string) ?? .null,
            "message": build.message.map(JSON.string) ?? .null,
            "delivered": .array(
                build.delivered.map {
                    [
                        "delivery": .string($0.delivery), "digest": .string($0.digest),
                        "size": .integer(Int64(clamping: $0.size)),
                    ]
                }),
            "startedAt": .integer(build.startedAt.milliseconds),
            "endedAt": build.endedAt.map { .integer($0.milliseconds) } ?? .null,
            "lastEvent": build.lastEvent.map(json) ?? .null,
        ]
    }

    private static func json(_ event: Build.Event) -> JSON {
        [
            "number": .integer(Int64(event.number)), "at": .integer(event.at.milliseconds),
            "stage": .string(event.stage), "message": .string(event.message),
        ]
    }

    private static func event(_ json: JSON) -> Build.Event? {
        guard let fields = json.fields, case .integer(let number) = fields["number"],
            case .integer(let at) = fields["at"], case .string(let stage) = fields["stage"],
            case .string(let message) = fields["message"]
        else { return nil }
        return Build.Event(number: Int(number), at: Moment(milliseconds: at), stage: stage, message: message)
    }

    /// - Parameter id: the folder's name, which has to be the order's.
    private static func entry(_ json: JSON, _ id: Build.ID) -> Entry? {
        guard let fields = json.fields, let order = fields["order"].flatMap(Self.order), order.id == id,
            case .string(let word) = fields["state"], let state = Build.State(rawValue: word),
            case .integer(let startedAt) = fields["startedAt"]
        else { return nil }
        var build = Build(order, for: "", at: Moment(milliseconds: startedAt))
        build.state = state
        build.askers = texts(fields["askers"])
        if case .string(let environment) = fields["environment"] { build.environment = environment }
        if case .string(let message) = fields["message"] { build.message = message }
        if case .integer(let endedAt) = fields["endedAt"] { build.endedAt = Moment(milliseconds: endedAt) }
        if case .array(let delivered) = fields["delivered"] {
            build.delivered = delivered.compactMap { item in
                guard let fields = item.fields, case .string(let delivery) = fields["delivery"],
                    case .string(let digest) = fields["digest"], case .integer(let size) = fields["size"]
                else { return nil }
                return Build.Delivered(delivery: delivery, digest: digest, size: UInt64(clamping: size))
            }
        }
        build.lastEvent = fields["lastEvent"].flatMap(event)
        return Entry(build: build, order: order)
    }

    private static func order(_ json: JSON) -> BuildOrder? {
        guard let fields = json.fields else { return nil }
        let reference: EnvironmentReference
        if case .string(let name) = fields["name"] {
            reference = .named(name)
        } else if case .string(let yaml) = fields["recipe"] {
            reference = .recipe(yaml)
        } else if case .string(let toml) = fields["lock"] {
            reference = .lock(toml)
        } else {
            return nil
        }
        let upgrades = if case .bool(let flag) = fields["upgrades"] { flag } else { false }
        return BuildOrder(
            reference, deliveries: texts(fields["deliveries"]).compactMap { BuildDelivery($0) }, upgrades: upgrades)
    }

    private static func texts(_ json: JSON?) -> [String] {
        guard case .array(let items) = json else { return [] }
        return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}
