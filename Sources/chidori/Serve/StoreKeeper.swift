internal import BuildService
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JobEngine
internal import Logging

/// Keeps a server's data folder small: collects from time to time what nobody uses, beside builds and jobs.
struct StoreKeeper: Sendable {
    let builds: BuildService
    let engine: JobEngine
    let policy: CollectionPolicy
    /// From the end of one collection to the next.
    let every: Duration
    let logger: Logger

    /// A server that has just begun has other things to do.
    private static let first = Duration.seconds(60)

    /// Works until it is called off. A collection that is under way then stops where it is.
    func run() async {
        var pause = min(every, Self.first)
        while true {
            do {
                try await Task.sleep(for: pause)
                // Whatever the time that no server ran: first those count who are here.
                try await engine.renewLeases()
                tell(try await builds.collect(policy))
            } catch is CancellationError {
                return
            } catch {
                logger.error("cannot collect, and tries again", metadata: ["error": "\(error)"])
            }
            pause = every
        }
    }

    private func tell(_ outcome: CollectionOutcome) {
        let isNothing = outcome.removed.isEmpty && outcome.freed.items == 0
        logger.log(
            level: isNothing ? .debug : .info, "collected",
            metadata: [
                "environments": "\(outcome.removed.count)", "items": "\(outcome.freed.items)",
                "bytes": "\(outcome.freed.bytes)", "freed": "\(readable(bytes: outcome.freed.bytes))",
                "deferred": "\(outcome.freed.deferred)",
            ])
        for summary in outcome.removed {
            logger.info(
                "removed an environment",
                metadata: [
                    "name": "\(summary.manifest.name)", "id": "\(summary.id)", "unused": "\(summary.unusedFor) s",
                ])
        }
        if let size = outcome.size, let limit = policy.size, size > limit {
            logger.warning(
                "the data folder is larger than it may be, and the rest is in use or has a name",
                metadata: ["size": "\(readable(bytes: size))", "limit": "\(readable(bytes: limit))"])
        }
    }
}
