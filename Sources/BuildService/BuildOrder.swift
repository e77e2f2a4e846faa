internal import Cryptography
public import EnvironmentSupply

/// What is to be made: an environment, ready for this machine's drivers, and what else it is to be delivered as.
public struct BuildOrder: Hashable, Sendable {
    public var reference: EnvironmentReference
    /// Each once, in order.
    public var deliveries: [BuildDelivery]
    /// Whether a recipe of an admin's gets the newest versions first. Its lock is replaced once what it leads to is made
    /// and has passed the recipe's tests.
    public var upgrades: Bool

    public init(_ reference: EnvironmentReference, deliveries: [BuildDelivery] = [], upgrades: Bool = false) {
        self.reference = reference
        self.deliveries = Set(deliveries).sorted { $0.description < $1.description }
        self.upgrades = upgrades
    }

    /// What people call it: the name that was asked for, or `recipe`, or `lock`.
    public var title: String {
        switch reference {
        case .named(let name): name
        case .recipe: "recipe"
        case .lock: "lock"
        }
    }

    /// The digest of what is asked for: the same order is the same build.
    var id: Build.ID {
        var text =
            switch reference {
            case .named(let name): "name\n\(name)"
            case .recipe(let yaml): "recipe\n\(yaml)"
            case .lock(let toml): "lock\n\(toml)"
            }
        for delivery in deliveries { text += "\0\(delivery)" }
        if upgrades { text += "\0upgrade" }
        return Build.ID(SHA256Digest(of: text))
    }

    /// The same whatever it is delivered as: a recipe or lock that was sent has one folder, and one lock.
    var sourceID: Build.ID { BuildOrder(reference).id }
}

/// What an environment is delivered as, beside the folder that drivers on this machine start from.
public enum BuildDelivery: Hashable, Sendable, LosslessStringConvertible {
    /// A file that is kept in the store, to be fetched from the server.
    case tarGzip
    case zip

    public init?(_ description: String) {
        switch description {
        case "tar.gz": self = .tarGzip
        case "zip": self = .zip
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .tarGzip: "tar.gz"
        case .zip: "zip"
        }
    }
}
