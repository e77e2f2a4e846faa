internal import Cryptography
internal import EnvironmentBuilder
internal import EnvironmentSupply
public import JobModel

/// One making of an environment, as those who wait for it see it.
public struct Build: Hashable, Sendable {
    /// Names what is made: the same recipe has the same build.
    public struct ID: Hashable, Sendable, LosslessStringConvertible {
        public let description: String

        public init?(_ description: String) {
            guard description.utf8.count == 64, SHA256Digest(hex: description) != nil else { return nil }
            self.description = description
        }

        init(_ reference: EnvironmentReference) {
            let text =
                switch reference {
                case .named(let name): "name\n\(name)"
                case .recipe(let yaml): "recipe\n\(yaml)"
                case .lock(let toml): "lock\n\(toml)"
                }
            description = SHA256Digest(of: Array(text.utf8)).hex
        }

        /// The making of an image.
        ///
        /// - Parameter lock: what it is made of.
        init(imageOf environment: SHA256Digest, lock: SHA256Digest, _ form: ImageForm) {
            let text = "image\n\(environment.hex)\n\(lock.hex)\n\(form.rawValue)"
            description = SHA256Digest(of: Array(text.utf8)).hex
        }
    }

    public enum State: String, CaseIterable, Sendable {
        case building
        case ready
        case failed
    }

    /// Something that happened on the way.
    public struct Event: Hashable, Sendable {
        /// Counts from 1.
        public var number: Int
        public var at: Moment
        /// `resolving`, `fetching` …, or `ready`, `failed`, `warning`.
        public var stage: String
        public var message: String
    }

    public var id: ID
    public var state: State
    /// What it is called: the name that was asked for, or `recipe`.
    public var name: String
    /// The environment's id, once it is there.
    public var environment: String?
    /// Why it failed.
    public var message: String?
    public var startedAt: Moment
    public var endedAt: Moment?
    public var events: [Event]
}
