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
    private let ended: @Sendable (Build) async -> Void

    /// - Parameters:
    ///   - clock: what time it is.
    ///   - report: told what is not even begun, for the server's log.
    ///   - ended: told what came of each build.
    public init(
        _ service: BuildService, _ schedule: PrebuildSchedule, clock: @escaping @Sendable () -> Moment,
        report: @escaping @Sendable (String) -> Void, ended: @escaping @Sendable (Build) async -> Void
    ) {
        self.service = service
        self.schedule = schedule
        self.clock = clock
        self.report = report
        self.ended = ended
    }

    /// Builds when it is time, until it is cancelled. A time that the server has missed is made up for at its start; a clock
    /// that is set is followed within a minute.
    public func run() async {
        let start = clock()
        // Those that an earlier server has begun.
        await followAll(service.builds().filter { $0.askers.contains(Self.asker) && $0.state == .building })
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

    /// Has every recipe built, and waits for what comes of it.
    func buildAll() async {
        var names = schedule.recipes
        if names.isEmpty { names = (try? await blocking { self.service.recipeNames() }) ?? [] }
        var builds: [Build] = []
        for name in names {
            do {
                let order = BuildOrder(.named(name), upgrades: schedule.upgrades)
                builds.append(try await service.build(order, for: Self.asker))
            } catch {
                report("the recipe \(name) is not built: \(error)")
            }
        }
        await followAll(builds)
    }

    private func followAll(_ builds: [Build]) async {
        for build in builds {
            if let news = try? await service.news(of: build.id) { for await _ in news {} }
            guard let over = service.build(build.id), over.state != .building else { continue }
            await ended(over)
        }
    }
}
