internal import ContentStore
public import Cryptography
internal import FoundationEssentials
internal import Recipes
public import SystemPackage

/// Where an environment comes from, so that its image can be made later: the lock, whose text is kept, and where that lay.
///
/// The text is in the index and no blob: what somebody has sent may hold passwords, and other users of the machine, such as
/// tenants' drivers, can read blobs.
///
/// Several locks may give one environment: recipes with other bases, or other labels. So there is one for each name that
/// the environment was given, and one for those who know it by its id alone.
public struct EnvironmentOrigin: Sendable, Hashable {
    /// The digest of the lock's text.
    public let lock: SHA256Digest
    /// The recipe's version.
    public let version: String?
    /// Whether somebody else than the machine's user said what to build (``BuilderSettings/isForeign``).
    public let isForeign: Bool
    /// Where the lock lay, from the root: relative paths of its recipe are meant from there.
    public let path: FilePath
}

extension EnvironmentOrigin {
    init(_ located: LocatedLock, isForeign: Bool) {
        lock = located.digest
        version = located.lock.recipe?.version
        self.isForeign = isForeign
        path = FilePath(FileManager.default.currentDirectoryPath).pushing(located.path).lexicallyNormalized()
    }

    /// Reads what ``record`` wrote; `nil` for anything else.
    init?(record: [UInt8]) {
        let lines = String(decoding: record, as: UTF8.self)
            .split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4, let lock = SHA256Digest(hex: lines[0]) else { return nil }
        self.lock = lock
        isForeign = lines[1] != "own"
        version = lines[2].isEmpty ? nil : String(lines[2])
        path = FilePath(String(lines[3]))
    }

    var record: [UInt8] {
        Array([lock.hex, isForeign ? "foreign" : "own", version ?? "", path.string].joined(separator: "\n").utf8)
    }

    /// - Parameter name: `nil` for those who know the environment by its id.
    static func key(_ environment: SHA256Digest, named name: String?) -> String {
        name.map { "\(environment.hex) \($0)" } ?? environment.hex
    }
}

extension ContentStore {
    static let origins: RecordKind = "origin.1"
    /// Texts of locks, by their digests.
    static let locks: RecordKind = "lock.1"
}

extension EnvironmentBuilder {
    /// Where an environment comes from, as it is called; `nil` where that was not kept.
    ///
    /// - Parameter name: `nil` for one that is known by its id.
    public func origin(of environment: SHA256Digest, named name: String?) throws -> EnvironmentOrigin? {
        try store.record(kind: ContentStore.origins, key: EnvironmentOrigin.key(environment, named: name))
            .flatMap(EnvironmentOrigin.init(record:))
    }

    /// Keeps where environments come from. The caller registers them with ``contents(ofOriginOf:lock:named:)``.
    ///
    /// What somebody has sent never stands for an environment that the machine's user has built.
    func keepOrigin(_ located: LocatedLock, of environments: [Environment], isNamed: Bool) throws {
        if try store.record(kind: ContentStore.locks, key: located.digest.hex) == nil {
            try store.setRecord(kind: ContentStore.locks, key: located.digest.hex, value: Array(located.text.utf8))
        }
        let origin = EnvironmentOrigin(located, isForeign: settings.isForeign)
        for environment in environments {
            let id = environment.id.digest
            if isNamed { try keep(origin, as: EnvironmentOrigin.key(id, named: environment.name)) }
            if origin.isForeign, let present = try self.origin(of: id, named: nil), !present.isForeign { continue }
            try keep(origin, as: EnvironmentOrigin.key(id, named: nil))
        }
    }

    private func keep(_ origin: EnvironmentOrigin, as key: String) throws {
        let record = origin.record
        if try store.record(kind: ContentStore.origins, key: key) == record { return }
        try store.setRecord(kind: ContentStore.origins, key: key, value: record)
    }

    /// What an environment needs so that it is known where it comes from.
    func contents(ofOriginOf environment: SHA256Digest, lock: SHA256Digest, named name: String?) -> [StoreContent] {
        let keys = [nil, name].map { EnvironmentOrigin.key(environment, named: $0) }
        return [.record(ContentStore.locks, key: lock.hex)]
            + Set(keys).map { .record(ContentStore.origins, key: $0) }
    }

    /// Whether that is known already.
    func isOriginKept(of environment: SHA256Digest, lock: SHA256Digest, named name: String?) throws -> Bool {
        try origin(of: environment, named: name)?.lock == lock
            && store.record(kind: ContentStore.locks, key: lock.hex) != nil
    }

    /// The text of the lock that an environment comes from.
    ///
    /// - Throws: ``BuilderError`` (`damaged`) where it is gone.
    func lockText(_ lock: SHA256Digest) throws -> String {
        guard let bytes = try store.record(kind: ContentStore.locks, key: lock.hex), SHA256Digest(of: bytes) == lock
        else {
            throw BuilderError(
                .damaged, subject: "lock \(lock.prefixed)", message: "is not in the store any more",
                advice: "build the environment again with `chidori env build`")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
