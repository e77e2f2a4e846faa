internal import Synchronization

/// Looking at builds and listening to them.
extension BuildService {
    public func build(_ id: Build.ID) -> Build? { state.withLock { $0.builds[id] } }

    /// How far a build that is under way has come.
    public func progress(of id: Build.ID) -> Build.Progress? { state.withLock { $0.running[id]?.progress } }

    /// The builds that are remembered, the newest first.
    public func builds() -> [Build] {
        state.withLock { state in state.order.reversed().compactMap { state.builds[$0] } }
    }

    /// What has happened in a build so far.
    public func events(of id: Build.ID) async throws -> [Build.Event] {
        if let events = state.withLock({ $0.running[id]?.events }) { return events }
        return try await journal.perform { $0.events(of: id) }
    }

    /// What has happened so far and what happens from now on, to the build's end.
    public func news(of id: Build.ID) async throws -> AsyncStream<Build.News> {
        let (stream, continuation) = AsyncStream.makeStream(of: Build.News.self)
        let number = state.withLock { state -> Int? in
            guard state.running[id] != nil else { return nil }
            for event in state.running[id]?.events ?? [] { continuation.yield(.event(event)) }
            state.nextListener += 1
            state.running[id]?.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let number else {
            for event in try await events(of: id) { continuation.yield(.event(event)) }
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.running[id]?.listeners.removeValue(forKey: number) }
        }
        return stream
    }
}
