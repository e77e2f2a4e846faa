internal import Diagnostics
internal import EnvironmentSupply
internal import FileSystem
internal import Glibc
public import JobModel
internal import SystemPackage
internal import Workers

/// Builds an admin's recipes by themselves, so that jobs find them ready.
public final class Prebuilding: Sendable {
    /// Who has asked for such builds.
    public static let asker = "server/prebuild"

    private let service: BuildService
    private let schedule: PrebuildSchedule
    private let clock: @Sendable () -> Moment
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - clock: what time it is.
    ///   - report: told what cannot be built, for the server's log.
    public init(
        _ service: BuildService, _ schedule: PrebuildSchedule, clock: @escaping @Sendable () -> Moment,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.service = service
        self.schedule = schedule
        self.clock = clock
        self.report = report
    }

    /// Builds when it is time, until it is cancelled. A time that the server has missed is made up for at its start; a clock
    /// that is set is followed within a minute.
    public func run() async {
        let start = clock()
        var last = service.builds().first { $0.askers.contains(Self.asker) }?.startedAt ?? start
        while !Task.isCancelled {
            let now = clock()
            // Set back, the clock must not keep us waiting for a time that was there already.
            if last > now { last = now }
            if schedule.next(after: last) <= now {
                last = now
                await buildAll()
            }
            try? await Task.sleep(for: .seconds(30))
        }
    }

    /// Asks for a build of every recipe, and tells which are refused. They go on by themselves.
    func buildAll() async {
        var names = schedule.recipes
        if names.isEmpty { names = (try? await blocking { self.service.recipeNames() }) ?? [] }
        for name in names {
            do {
                try await service.build(BuildOrder(.named(name), upgrades: schedule.upgrades), for: Self.asker)
            } catch {
                report("the recipe \(name) is not built: \(error)")
            }
        }
    }
}
