internal import Cryptography
internal import Documents
public import EnvironmentSupply
internal import Recipes

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

    /// What messages call it: the name that was asked for, or `recipe`, or `lock`.
    public var title: String {
        switch reference {
        case .named(let name): name
        case .recipe: "recipe"
        case .lock: "lock"
        }
    }

    var kind: Build.Kind {
        switch reference {
        case .named: .named
        case .recipe: .recipe
        case .lock: .lock
        }
    }

    /// What it is called in lists: the name that was asked for, or that a recipe or lock which was sent has in it; ``title``
    /// where it has none, or cannot be read.
    func readName() -> String {
        switch reference {
        case .named(let name): name
        case .recipe(let yaml): (try? Recipe(yaml: SourceText(yaml, name: title)))?.name ?? title
        case .lock(let toml): (try? Lock(toml: SourceText(toml, name: title)))?.recipe?.name ?? title
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
