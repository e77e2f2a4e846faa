import ContentStore
import Cryptography
import Glibc
import SystemPackage

/// Does random things to a store for ever, and ends with status 3 if it ever finds something half there.
///
/// Everything it makes tells what it must be: a blob's content follows from its number, a record's from its key, a
/// package's files from its name. So whoever looks later can check all of it.
struct Hammer {
    static let environments = 6
    static let filesOfPackage = 12

    let store: ContentStore
    private var state: UInt64

    init(store: ContentStore, seed: UInt64) {
        self.store = store
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    static func content(_ number: Int) -> [UInt8] {
        let size = number % 5 == 0 ? 300_000 + number * 1000 : 100 + number * 37
        return Array("content \(number) ".utf8) + [UInt8](repeating: UInt8(number), count: size)
    }

    static func environment(_ id: SHA256Digest, _ name: String) -> StoredEnvironment {
        StoredEnvironment(
            id: id, name: name, version: "1", python: "3.11", platform: "any", lock: SHA256Digest(of: name), created: 1)
    }

    mutating func strike() {
        let number = random(60)
        do {
            switch random(10) {
            case 0, 1: try insert(number)
            case 2: try download(number)
            case 3: try insertTogether(number)
            case 4, 5: try build(number % Self.environments)
            case 6: try record(number)
            case 7: try remove(number % Self.environments)
            case 8: try number % 3 == 0 ? lease(number / 3 % Self.environments) : tag(number % Self.environments)
            default: try tidy()
            }
        } catch let error as StoreError where error.code == .inUse || error.code == .missing {
            // Another process was faster, or stands against it: both are as they should be.
            return
        } catch {
            broken("\(error)")
        }
    }

    private func insert(_ number: Int) throws {
        let bytes = Self.content(number)
        try store.insert { writer in
            var rest = bytes[...]
            while !rest.isEmpty {
                try writer.write(rest.prefix(10_000))
                rest = rest.dropFirst(10_000)
            }
        }
    }

    /// As a download does: into a partial file that may be there from before, then made a blob by a move.
    private func download(_ number: Int) throws {
        let bytes = Self.content(number)
        let digest = SHA256Digest(of: bytes)
        try store.exclusively("blob-\(digest.hex)") {
            if try store.contains(digest) { return }
            let path = try store.partialPath(digest.hex)
            let descriptor = open(path.string, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            defer { close(descriptor) }
            let present = Int(lseek(descriptor, 0, SEEK_END))
            for chunk in stride(from: present, to: bytes.count, by: 5_000) {
                let piece = Array(bytes[chunk..<min(chunk + 5_000, bytes.count)])
                guard piece.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == piece.count else {
                    return
                }
            }
            try store.adopt(path, expecting: digest, size: UInt64(bytes.count))
        }
    }

    private func insertTogether(_ number: Int) throws {
        try store.batch { batch in
            for other in number..<(number + 8) where other % 5 != 0 {
                try batch.insert { try $0.write(Self.content(other)) }
            }
        }
    }

    private func record(_ number: Int) throws {
        try store.setRecord(kind: "probe.1", key: "free-\(number)", value: Self.content(number))
        let found = try store.record(kind: "probe.1", key: "free-\(number)")
        // Another process may have pruned it meanwhile; half of it there may never be.
        if let found, found != Self.content(number) { broken("record \(number)") }
    }

    private func build(_ number: Int) throws {
        let name = "environment-\(number)"
        let id = SHA256Digest(of: name)
        let contents = try store.keepContents(doing: "building \(name)")
        defer { contents.release() }
        try store.building(id, doing: "building \(name)") {
            if try store.environment(id) != nil { return try check(id) }
            var needed: [StoreContent] = []
            for part in [number, number + 1, number + 20] {
                let blob = try store.insert(Self.content(part))
                try store.setRecord(kind: "probe.1", key: "unit-\(part)", value: Self.content(part))
                let package = try publish(part)
                needed += [.blob(blob.digest), .record("probe.1", key: "unit-\(part)"), .package(package)]
            }
            try store.register(Self.environment(id, name), contents: needed, manifest: Array(name.utf8))
            try check(id)
        }
    }

    private func publish(_ part: Int) throws -> String {
        let name = "package-\(part)+none"
        let destination = store.packagesFolder.appending(name)
        if try store.containsPackage(name) { return name }
        let folder = try store.scratchFolder()
        for file in 0..<Self.filesOfPackage {
            let descriptor = open(folder.path.appending("file-\(file)").string, O_WRONLY | O_CREAT, 0o644)
            _ = Array(name.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
        }
        try folder.publish(to: destination)
        return name
    }

    /// Everything that the environment needs is there, as long as the contents are kept.
    private func check(_ id: SHA256Digest) throws {
        for content in try store.contents(of: id) ?? [] {
            switch content {
            case .blob(let digest):
                if try !store.contains(digest) { broken("a blob of \(id) is gone") }
            case .record(let kind, let key):
                if try store.record(kind: kind, key: key) == nil { broken("record \(key) of \(id) is gone") }
            case .package(let name):
                if access(store.packagesFolder.appending(name).string, F_OK) != 0 { broken("\(name) is gone") }
            case .tree, .base, .mirror, .log:
                break
            }
        }
    }

    private func remove(_ number: Int) throws {
        try store.remove(SHA256Digest(of: "environment-\(number)"), forced: number % 2 == 0)
    }

    private func tag(_ number: Int) throws {
        try store.lease(SHA256Digest(of: "environment-\(number)"), to: .tag("tag-\(number)"))
        if number % 3 == 0 { try store.release(.tag("tag-\(number)")) }
    }

    private mutating func tidy() throws {
        try store.sweep()
        try store.collect(
            CollectionPolicy(
                unneededFor: -10, unnamedFor: random(2) == 0 ? -10 : nil, size: random(2) == 0 ? 100_000 : nil,
                spares: -10))
    }

    /// An environment that somebody has leased stays, whatever is collected and wherever the clocks jump. Those of odd
    /// numbers nobody removes by force.
    private mutating func lease(_ number: Int) throws {
        let id = SHA256Digest(of: "environment-\(number)")
        let holder = Lease.Holder.person("process-\(getpid())")
        try store.lease(id, to: holder, for: 3600)
        try store.collect(CollectionPolicy(unneededFor: -10, unnamedFor: -10, namedFor: -10, spares: -10))
        if number % 2 == 1 {
            let contents = try store.keepContents(doing: "looking")
            if try store.environment(id) == nil { broken("a leased environment is gone") }
            try check(id)
            contents.release()
        }
        try store.release(holder, of: id)
    }

    private mutating func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % bound
    }

    private func broken(_ what: String) -> Never {
        print("BROKEN: \(what)")
        fflush(nil)
        exit(3)
    }
}
