internal import Cryptography
public import Diagnostics
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

    /// Why something came to nothing.
    public struct Trouble: Hashable, Sendable {
        /// The kind of trouble, which decides a command's exit status.
        public var category: DiagnosticCategory
        /// For people, with what helps.
        public var message: String

        public init(category: DiagnosticCategory, message: String) {
            self.category = category
            self.message = message
        }

        init(_ error: any Error) {
            self.init(category: (error as? any Diagnostic)?.category ?? .internalFault, message: "\(error)")
        }
    }

    /// What is asked for beside the environment, and what came of it.
    public struct Delivery: Hashable, Sendable {
        public enum State: String, CaseIterable, Sendable {
            case waiting
            case delivered
            case failed
        }

        /// As it was asked for.
        public var delivery: String
        public var state = State.waiting
        /// Of an archive's file, or of an image's manifest or index: 64 hexadecimal digits.
        public var digest: String?
        /// Bytes of the archive, or of the image's blobs.
        public var size: UInt64?
        /// Where a tree lies, from the volume's own folder.
        public var path: String?
        public var trouble: Trouble?

        init(_ delivery: BuildDelivery) {
            self.init(delivery.description)
        }

        init(_ delivery: String) {
            self.delivery = delivery
        }
    }

    /// What is made.
    public enum Kind: String, CaseIterable, Sendable {
        /// What an admin's name stands for.
        case named
        /// A recipe that was sent.
        case recipe
        /// A lock that was sent.
        case lock
        /// An image that somebody pulls.
        case image
    }

    public var id: ID
    /// The same for every order of one name, recipe or lock, whatever it is delivered as.
    var source: ID
    public var kind: Kind
    public var state: State
    /// What it is called: the name that was asked for, or the one in what was sent, which means nothing to the server.
    public var name: String
    /// Who waits for it, or waited to its end, in order: `TENANT/USER`.
    public var askers: [String]
    /// Whoever has ever asked for it: it is theirs to look at.
    public var viewers: Set<String>
    /// What the admin's recipe and its lock were like of which it is; `nil` unless it is named and ready.
    var stamp: RecipeStamp?
    /// The environment's id, once it is there.
    public var environment: String?
    /// Why it failed, or was cancelled.
    public var trouble: Trouble?
    public var deliveries: [Delivery]
    /// What is other than in the lock before, in words: `pandas 2.3.1 → 2.3.3`.
    public var changes: [String]
    /// The sources of which wheels were built, each with a log.
    public var sources: [String]
    public var startedAt: Moment
    public var endedAt: Moment?
    /// The last thing that happened.
    public var lastEvent: Event?

    /// - Parameter name: what the order calls it, which takes reading it.
    init(_ order: BuildOrder, named name: String, for asker: String, at now: Moment) {
        self.init(order.id, order.kind, name, for: asker, at: now)
        source = order.sourceID
        deliveries = order.deliveries.map { Delivery($0) }
    }

    /// Notes that somebody else has asked for it.
    mutating func add(_ asker: String) {
        if !askers.contains(asker) { askers.append(asker) }
        viewers.insert(asker)
    }

    /// Whether nobody of another tenant may look at it. Builds of names and images are for everybody, where nothing is
    /// delivered.
    func isSeenOnly(byTenantOf asker: String) -> Bool {
        func tenant(_ asker: String) -> Substring { asker.prefix { $0 != "/" } }
        let isShared = kind == .image || (kind == .named && deliveries.isEmpty)
        return !isShared && viewers.allSatisfy { tenant($0) == tenant(asker) }
    }

    init(_ id: ID, _ kind: Kind, _ name: String, for asker: String, at now: Moment) {
        self.id = id
        source = id
        self.kind = kind
        state = .building
        self.name = name
        askers = [asker]
        viewers = [asker]
        deliveries = []
        changes = []
        sources = []
        startedAt = now
    }
}
