public import Cryptography

/// Something in the store that an environment needs, or that came about when one was made.
public enum StoreContent: Hashable, Sendable {
    /// A stored file.
    case blob(SHA256Digest)
    /// A derived document.
    case record(RecordKind, key: String)
    /// A folder under `volume/packages`, by its name.
    case package(String)
    /// An environment's tree under `volume/envs`.
    case tree(SHA256Digest)
    /// A base image's files under `bases`, unpacked to run its interpreter.
    case base(SHA256Digest)
    /// A repository's mirror under `git`, by its name.
    case mirror(String)
    /// What a build printed, under `logs/builds`, by its name.
    case log(String)
}

extension StoreContent {
    /// Blobs, packages, records, trees, bases, mirrors, logs; then by digest or name.
    static func precedes(_ a: StoreContent, _ b: StoreContent) -> Bool {
        switch (a, b) {
        case (.blob(let a), .blob(let b)): a < b
        case (.package(let a), .package(let b)), (.mirror(let a), .mirror(let b)), (.log(let a), .log(let b)): a < b
        case (.record(let a, let first), .record(let b, let second)): (a.name, first) < (b.name, second)
        case (.tree(let a), .tree(let b)), (.base(let a), .base(let b)): a < b
        default: a.place < b.place
        }
    }

    private var place: Int {
        switch self {
        case .blob: 0
        case .package: 1
        case .record: 2
        case .tree: 3
        case .base: 4
        case .mirror: 5
        case .log: 6
        }
    }

    /// The two words by which the index and an environment's document know it.
    var words: (kind: String, name: String) {
        switch self {
        case .blob(let digest): ("blob", digest.hex)
        case .record(let kind, let key): ("record", "\(PlainName.escaped(kind.name)) \(PlainName.escaped(key))")
        case .package(let name): ("package", PlainName.escaped(name))
        case .tree(let id): ("tree", id.hex)
        case .base(let digest): ("base", digest.hex)
        case .mirror(let name): ("mirror", PlainName.escaped(name))
        case .log(let name): ("log", PlainName.escaped(name))
        }
    }

    init?(kind: some StringProtocol, name: some StringProtocol) {
        switch kind {
        case "blob": self.init(SHA256Digest(hex: name), Self.blob)
        case "record":
            let parts = name.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = PlainName.unescaped(parts[0]), let key = PlainName.unescaped(parts[1])
            else { return nil }
            self = .record(RecordKind(kind), key: key)
        case "package": self.init(PlainName.unescaped(name), Self.package)
        case "tree": self.init(SHA256Digest(hex: name), Self.tree)
        case "base": self.init(SHA256Digest(hex: name), Self.base)
        case "mirror": self.init(PlainName.unescaped(name), Self.mirror)
        case "log": self.init(PlainName.unescaped(name), Self.log)
        default: return nil
        }
    }

    private init?<Name>(_ name: Name?, _ content: (Name) -> StoreContent) {
        guard let name else { return nil }
        self = content(name)
    }
}

extension Sequence<StoreContent> {
    /// Sorted, each once.
    func inOrder() -> [StoreContent] {
        var ordered: [StoreContent] = []
        for content in sorted(by: StoreContent.precedes) where content != ordered.last { ordered.append(content) }
        return ordered
    }
}
