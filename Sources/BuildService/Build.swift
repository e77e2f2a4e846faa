internal import Cryptography
internal import EnvironmentBuilder
public import JobModel

/// One making of an environment, as those who wait for it see it.
public struct Build: Hashable, Sendable {
    /// Names what is made: the same order has the same build.
    public struct ID: Hashable, Sendable, LosslessStringConvertible {
        public let description: String

        public init?(_ description: String) {
            guard description.utf8.count == 64, SHA256Digest(hex: description) != nil else { return nil }
            self.description = description
        }

        init(_ digest: SHA256Digest) {
            description = digest.hex
        }

        /// The making of an image.
        ///
        /// - Parameter lock: what it is made of.
        init(imageOf environment: SHA256Digest, lock: SHA256Digest, _ form: ImageForm) {
            self.init(SHA256Digest(of: "image\n\(environment.hex)\n\(lock.hex)\n\(form.rawValue)"))
        }
    }

    public enum State: String, CaseIterable, Sendable {
        case building
        case ready
        case failed
        case cancelled
    }

    /// Something that happened on the way.
    public struct Event: Hashable, Sendable {
        /// Counts from 1.
        public var number: Int
        public var at: Moment
        /// `resolving`, `fetching` …, or `ready`, `failed`, `cancelled`, `warning`, `changed`.
        public var stage: String
        public var message: String
    }

    /// How far the stage under way has come.
    public struct Progress: Hashable, Sendable {
        public var stage: String
        public var done: Int
        public var total: Int?
    }

    /// What whoever listens to a build hears.
    public enum News: Hashable, Sendable {
        case event(Event)
        /// Only where it goes on; nothing of it is kept.
        case progress(Progress)
    }

    /// What the environment was delivered as.
    public struct Delivered: Hashable, Sendable {
        public var delivery: String
        /// 64 hexadecimal digits.
        public var digest: String
        /// Bytes.
        public var size: UInt64
    }

    public var id: ID
    /// The same for every order of one name, recipe or lock, whatever it is delivered as.
    var source: ID
    public var state: State
    /// What it is called: the name that was asked for, or `recipe`, or `lock`.
    public var name: String
    /// Who asked for it, in order: `TENANT/USER`.
    public var askers: [String]
    /// The environment's id, once it is there.
    public var environment: String?
    /// Why it failed.
    public var message: String?
    public var delivered: [Delivered]
    public var startedAt: Moment
    public var endedAt: Moment?
    /// The last thing that happened.
    public var lastEvent: Event?

    init(_ order: BuildOrder, for asker: String, at now: Moment) {
        self.init(order.id, order.title, for: asker, at: now)
        source = order.sourceID
    }

    init(_ id: ID, _ name: String, for asker: String, at now: Moment) {
        self.id = id
        source = id
        state = .building
        self.name = name
        askers = [asker]
        delivered = []
        startedAt = now
    }
}
