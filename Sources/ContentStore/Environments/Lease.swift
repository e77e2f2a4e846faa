public import Cryptography
public import SystemPackage

/// Who uses an environment, until when.
public struct Lease: Hashable, Sendable {
    /// Who may hold one.
    public enum Holder: Hashable, Sendable {
        /// A name that a person gave. One name is at one environment: given to another, it moves.
        case tag(String)
        /// A job, by its id.
        case job(String)
        /// A person or whoever else asks for it by hand, by a name of their choice.
        case person(String)
        /// A tree that was made outside the data folder, by its absolute path. It lives as long as the path holds a
        /// `chidori.json` that names the environment.
        case tree(FilePath)
        /// The index was made anew from the blobs, and who used the environment before is not known.
        case unknown
    }

    public let environment: SHA256Digest
    public let holder: Holder
    /// In seconds of the store's own time (``ContentStore/time()``); afterwards it no longer counts.
    public let until: Int64?
    /// When it was taken, in seconds since 1970 by the machine's clock.
    public let taken: Int64
}

extension Lease.Holder: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tag(let name): "the tag \(name)"
        case .job(let id): "the job \(id)"
        case .person(let name): "the person \(name)"
        case .tree(let path): "the tree at \(path)"
        case .unknown: "somebody unknown (the index was lost)"
        }
    }

    var words: (kind: String, name: String) {
        switch self {
        case .tag(let name): ("tag", name)
        case .job(let id): ("job", id)
        case .person(let name): ("person", name)
        case .tree(let path): ("tree", path.string)
        case .unknown: ("unknown", "")
        }
    }

    init?(kind: String, name: String) {
        switch kind {
        case "tag": self = .tag(name)
        case "job": self = .job(name)
        case "person": self = .person(name)
        case "tree": self = .tree(FilePath(name))
        case "unknown": self = .unknown
        default: return nil
        }
    }

    /// Whether it can be at one environment only.
    var isSingle: Bool {
        switch self {
        case .tag, .tree: true
        case .job, .person, .unknown: false
        }
    }
}
