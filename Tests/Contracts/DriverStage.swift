public import DriverProvider
public import JobModel

/// Where a contract's claims play: a provider, and the little that a claim needs besides.
public protocol DriverStage: Sendable {
    /// A provider as the server's next process has it: it knows nothing but what the one before left behind, which
    /// is used no more.
    func provider() async throws -> any DriverProvider

    /// An order for a program that does this.
    func launch(_ program: StagedProgram, _ attempt: AttemptID, token: Int64) -> DriverLaunch
}

/// What a driver in a claim does.
public enum StagedProgram: Sendable, Hashable {
    /// Prints the text and ends with the status.
    case ends(status: Int32, printing: String)
    /// Prints `ready`, runs until it is told to end, and ends with 0 then.
    case listens
    /// Prints `ready`, and runs for a minute whatever it is told.
    case deaf
    /// Cannot be started.
    case missing
}

/// A provider and all that it has observed.
public final class ObservedProvider: Sendable {
    public let provider: any DriverProvider
    private let seen = Seen()
    private let listening: Task<Void, Never>

    private actor Seen {
        var observations: [DriverObservation] = []
        func add(_ observation: DriverObservation) { observations.append(observation) }
    }

    public init(_ provider: any DriverProvider) {
        self.provider = provider
        let seen = seen
        let stream = provider.observations
        listening = Task {
            for await observation in stream { await seen.add(observation) }
        }
    }

    deinit {
        listening.cancel()
    }

    /// All that was observed of an attempt so far.
    public func observed(_ attempt: AttemptID) async -> [DriverStatus] {
        await seen.observations.filter { $0.attempt == attempt }.map(\.status)
    }

    /// Waits for an attempt's end to be observed.
    public func end(of attempt: AttemptID) async throws -> DriverEnd {
        try await until("the end of \(attempt)") {
            for case .ended(let end) in await self.observed(attempt) { return end }
            return nil
        }
    }

    /// Waits until the driver has printed the text.
    public func printed(_ text: String, _ attempt: AttemptID) async throws {
        try await until("`\(text)`") {
            let piece = try await self.provider.log(of: attempt, from: 0, limit: 1 << 20)
            return String(decoding: piece.bytes, as: UTF8.self).contains(text) ? () : nil
        }
    }

    /// Asks again and again, for half a minute at most.
    public func until<Answer>(_ what: String, _ ask: () async throws -> Answer?) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            if let answer = try await ask() { return answer }
            guard ContinuousClock.now < deadline else { throw BrokenClaim("\(what) did not come") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
