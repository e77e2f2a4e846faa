internal import Synchronization
internal import Workers

/// Resolves what a recipe asks for to exact versions and files.
public struct Resolver: Sendable {
    private let provider: any MetadataProvider

    public init(_ provider: any MetadataProvider) {
        self.provider = provider
    }

    /// Chooses a version and a file for everything that is asked for, directly and by what is chosen.
    ///
    /// The solve itself runs on a thread of its own; what it lacks is fetched meanwhile, much at once.
    ///
    /// - Throws: `ResolverError` where there is no solution; the provider's errors where something could not be had.
    public func resolve(_ request: ResolutionRequest) async throws -> Resolution {
        let provider = provider
        let machine = Mutex(try ResolverMachine(request, provider: provider))
        let shared = Shared(machine: machine)
        return try await withThrowingTaskGroup(of: ResolverMachine.Arrival.self) { group in
            defer { group.cancelAll() }
            do {
                while true {
                    switch try await blocking({ try shared.advance() }) {
                    case .finished(let resolution):
                        try await blocking { try shared.keep() }
                        return resolution
                    case .waiting(let needs):
                        for need in needs {
                            group.addTask { await Resolver.fetch(need, from: provider) }
                        }
                        guard let arrival = try await group.next() else { throw CancellationError() }
                        shared.deliver(arrival)
                    }
                }
            } catch {
                // What was learned is good even though it led nowhere.
                try await blocking { try shared.keep() }
                throw error
            }
        }
    }

    private static func fetch(_ need: ResolverMachine.Need, from provider: any MetadataProvider) async
        -> ResolverMachine.Arrival
    {
        switch need {
        case .listing(let name):
            return .listing(name, await result { try await provider.fetchListing(of: name) })
        case .direct(let name, let url):
            return .direct(name, await result { try await provider.fetchListing(of: name, at: url) })
        case .metadata(let name, let listing, let place, let key):
            return .metadata(
                name, key: key, await result { try await provider.fetchMetadata(of: place, in: listing, of: name) })
        }
    }

    private static func result<Value: Sendable>(
        _ body: () async throws -> Value
    ) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// The machine, used by one thread at a time.
    private final class Shared: Sendable {
        private let machine: Mutex<ResolverMachine>

        init(machine: consuming sending Mutex<ResolverMachine>) {
            self.machine = machine
        }

        func advance() throws -> ResolverMachine.Outcome {
            try machine.withLock { try $0.advance() }
        }

        func deliver(_ arrival: ResolverMachine.Arrival) {
            machine.withLock { $0.deliver(arrival) }
        }

        func keep() throws {
            try machine.withLock { machine in
                let tables = machine.tablesToKeep()
                if !tables.isEmpty { try machine.provider.keep(tables) }
            }
        }
    }
}
