internal import Cryptography

/// Which environments and which unneeded things a policy takes of a store as it is: decided before anything is touched.
struct CollectionPlan {
    struct Environment {
        let id: SHA256Digest
        /// When it was last used, in the store's own time.
        let used: Int64
        let hasName: Bool
        /// Whether something other than its names keeps it.
        let isHeld: Bool
    }

    /// Something that no environment needs.
    struct Loose {
        let content: StoreContent
        /// When it was written, in the store's own time.
        let written: Int64
    }

    /// Least recently used first.
    private(set) var environments: [SHA256Digest] = []
    private(set) var loose: [StoreContent] = []
    /// What only those environments need.
    private(set) var freed: [StoreContent] = []
    /// Bytes in the store afterwards, where sizes matter.
    private(set) var size: UInt64?

    /// - Parameters:
    ///   - now: the store's own time.
    ///   - needs: of all environments.
    ///   - size: bytes in the store, if the policy has a limit.
    ///   - bytes: of one thing; asked only for logs and where there is a limit.
    init(
        _ policy: CollectionPolicy, now: Int64, environments all: [Environment], loose unneeded: [Loose], needs: Needs,
        size: UInt64?, bytes: (StoreContent) throws -> UInt64
    ) throws {
        self.size = size
        var needs = needs
        var rest: [Loose] = []
        var logs: UInt64 = 0
        for item in unneeded.sorted(by: { $0.written > $1.written }) {
            var age = policy.unneededFor
            var isTooMuch = false
            if case .log = item.content {
                age = policy.logsFor
                logs += try bytes(item.content)
                isTooMuch = logs > policy.logsSize
            }
            if isTooMuch || item.written < now - age {
                try take(item, bytes)
            } else if !item.content.isDocument {
                rest.append(item)
            }
        }
        var others: [Environment] = []
        for environment in all.sorted(by: { ($0.used, $0.id) < ($1.used, $1.id) }) where !environment.isHeld {
            let age = environment.hasName ? policy.namedFor : policy.unnamedFor
            if let age, environment.used < now - age {
                try take(environment, &needs, bytes)
            } else if !environment.hasName, policy.unnamedFor != nil {
                others.append(environment)
            }
        }
        guard let limit = policy.size else { return }
        // Both are in the order of their last use, the loose things the other way round.
        let latest = now - policy.spares
        var queue = others[...]
        while let size = self.size, size > limit {
            let item = rest.last.map(\.written) ?? .max
            let environment = queue.first.map(\.used) ?? .max
            guard min(item, environment) < latest else { return }
            if item <= environment {
                try take(rest.removeLast(), bytes)
            } else {
                try take(queue.removeFirst(), &needs, bytes)
            }
        }
    }

    private mutating func take(_ item: Loose, _ bytes: (StoreContent) throws -> UInt64) throws {
        loose.append(item.content)
        if let size { self.size = size - min(size, try bytes(item.content)) }
    }

    private mutating func take(
        _ environment: Environment, _ needs: inout Needs, _ bytes: (StoreContent) throws -> UInt64
    ) throws {
        environments.append(environment.id)
        let content = needs.remove(environment.id)
        freed += content
        if let size { self.size = try size - min(size, content.reduce(0) { try $0 + bytes($1) }) }
    }
}

extension StoreContent {
    /// Whether it is in the index alone, and takes no room of its own.
    fileprivate var isDocument: Bool { if case .record = self { true } else { false } }
}
