internal import DriverProvider
internal import JobModel

/// What the job core relies on, wherever drivers run.
public enum DriverContract {
    public static let claims: [Claim<any DriverStage>] = [
        Claim("a driver's end is observed with its status") { stage in
            let (provider, first) = (try await observe(stage), attempt())
            let details = try await provider.launch(stage, .ends(status: 0, printing: "a"), first)
            let end = try await provider.end(of: first)
            try claim(end.reason == .completed, "\(end)")
            try claim(end.exitCode == 0 && end.signal == nil, "\(end)")
            try claim(end.startedAt == details.startedAt && end.endedAt >= end.startedAt, "\(details) and \(end)")
            let second = attempt()
            _ = try await provider.launch(stage, .ends(status: 7, printing: ""), second)
            let failure = try await provider.end(of: second)
            try claim(failure.reason == .error && failure.exitCode == 7, "\(failure)")
        },
        Claim("launched again, an attempt gives the driver that there is") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            let first = try await provider.launch(stage, .listens, attempt)
            try await provider.printed("ready", attempt)
            let second = try await provider.launch(stage, .listens, attempt)
            try claim(first.startedAt == second.startedAt && first.place == second.place, "\(first) and \(second)")
            try await provider.provider.stop(attempt, grace: 20_000)
            _ = try await provider.end(of: attempt)
            let log = try await provider.text(of: attempt)
            try claim(log.ranges(of: "ready").count == 1, "it ran twice: \(log)")
        },
        Claim("launched again after its end, an attempt does not run again, and its end is observed") { stage in
            let (before, attempt) = (try await observe(stage), attempt())
            _ = try await before.launch(stage, .ends(status: 3, printing: "once\n"), attempt)
            let end = try await before.end(of: attempt)
            let after = try await observe(stage)
            let details = try await after.launch(stage, .ends(status: 3, printing: "once\n"), attempt)
            try claim(details.startedAt == end.startedAt, "\(details)")
            let again = try await after.end(of: attempt)
            try claim(again == end, "\(again) and \(end)")
            try claim(try await after.text(of: attempt) == "once\n", "it ran twice")
        },
        Claim("what cannot be started is an error, and nothing lives") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            try await claimError(.badLaunch) { _ = try await provider.launch(stage, .missing, attempt) }
            switch try await provider.provider.adopt(attempt, token: FencingToken(1)) {
            case .absent: break
            case .ended(let end) where end.reason == .launchFailed: break
            case let status: throw BrokenClaim("\(status)")
            }
        },
        Claim("a driver that listens ends by itself when it is told to") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            _ = try await provider.launch(stage, .listens, attempt)
            try await provider.printed("ready", attempt)
            try await provider.provider.stop(attempt, grace: 25_000)
            let end = try await provider.end(of: attempt)
            try claim(end.reason == .killed && end.exitCode == 0, "\(end)")
        },
        Claim("a driver that does not listen is ended when the grace is over") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            _ = try await provider.launch(stage, .deaf, attempt)
            try await provider.printed("ready", attempt)
            try await provider.provider.stop(attempt, grace: 100)
            let end = try await provider.end(of: attempt)
            try claim(end.reason == .killed && end.exitCode == nil, "\(end)")
        },
        Claim("told again, a driver may only end sooner") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            _ = try await provider.launch(stage, .deaf, attempt)
            try await provider.printed("ready", attempt)
            try await provider.provider.stop(attempt, grace: 600_000)
            try await provider.provider.stop(attempt, grace: 50)
            try await provider.provider.stop(attempt, grace: 600_000)
            _ = try await provider.end(of: attempt)
            // And of what has ended there is nothing to stop.
            try await provider.provider.stop(attempt, grace: 0)
        },
        Claim("an attempt that is told to stop before it is launched never starts") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            try await provider.provider.stop(attempt, grace: 0)
            try await claimError(.stopped) {
                _ = try await provider.launch(stage, .ends(status: 0, printing: "ran"), attempt)
            }
            let status = try await provider.provider.adopt(attempt, token: FencingToken(1))
            try claim(status == .absent, "\(status)")
        },
        Claim("an attempt that was found absent never starts") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            let status = try await provider.provider.adopt(attempt, token: FencingToken(1))
            try claim(status == .absent, "\(status)")
            do {
                _ = try await provider.launch(stage, .ends(status: 0, printing: "ran"), attempt)
                throw BrokenClaim("it was launched")
            } catch is DriverProviderError {}
            let later = try await provider.provider.adopt(attempt, token: FencingToken(1))
            try claim(later == .absent, "\(later)")
        },
        Claim("the server's next process finds a driver that runs, and observes its end") { stage in
            let (before, attempt) = (try await observe(stage), attempt())
            let details = try await before.launch(stage, .listens, attempt)
            try await before.printed("ready", attempt)
            let after = try await observe(stage)
            guard case .running(let found) = try await after.provider.adopt(attempt, token: FencingToken(1)) else {
                throw BrokenClaim("it is not found running")
            }
            try claim(found.startedAt == details.startedAt && found.place == details.place, "\(found) and \(details)")
            try await after.provider.stop(attempt, grace: 20_000)
            try claim(try await after.end(of: attempt).reason == .killed, "its end is another")
        },
        Claim("the server's next process finds an end that nobody observed") { stage in
            let (before, attempt) = (try await observe(stage), attempt())
            _ = try await before.launch(stage, .ends(status: 5, printing: "x"), attempt)
            let end = try await before.end(of: attempt)
            let after = try await observe(stage)
            let status = try await after.provider.adopt(attempt, token: FencingToken(1))
            try claim(status == .ended(end), "\(status) and \(end)")
        },
        Claim("who comes with a lower token than was seen for the task is refused") { stage in
            let (provider, first) = (try await observe(stage), attempt())
            _ = try await provider.launch(stage, .ends(status: 0, printing: ""), first, token: 5)
            _ = try await provider.end(of: first)
            let second = AttemptID(task: first.task, number: 2)
            try await claimError(.fenced) {
                _ = try await provider.launch(stage, .ends(status: 0, printing: "ran"), second, token: 4)
            }
            try await claimError(.fenced) { _ = try await provider.provider.adopt(first, token: FencingToken(4)) }
            _ = try await provider.launch(stage, .ends(status: 0, printing: ""), second, token: 6)
            _ = try await provider.end(of: second)
        },
        Claim("what a driver printed is read by its place, from either end, while it runs and afterwards") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            let text = String(repeating: "0123456789", count: 1000)
            _ = try await provider.launch(stage, .ends(status: 0, printing: text), attempt)
            _ = try await provider.end(of: attempt)
            func piece(_ offset: Int64, _ limit: Int) async throws -> LogPiece {
                try await provider.provider.log(of: attempt, from: offset, limit: limit)
            }
            let all = try await piece(0, 1 << 20)
            try claim(String(decoding: all.bytes, as: UTF8.self) == text, "the text is another")
            try claim(all.isComplete && all.offset == 0 && all.end == 10_000, "\(all.offset), \(all.end)")
            let part = try await piece(4003, 5)
            try claim(part.bytes == Array("34567".utf8) && part.offset == 4003, "\(part)")
            let last = try await piece(-3, 100)
            try claim(last.bytes == Array("789".utf8) && last.offset == 9997, "\(last)")
            let beyond = try await piece(20_000, 100)
            try claim(beyond.bytes == [] && beyond.offset == 10_000, "\(beyond)")
        },
        Claim("of an attempt that was never launched there is no log") { stage in
            let provider = try await observe(stage)
            try await claimError(.unknownAttempt) {
                _ = try await provider.provider.log(of: attempt(), from: 0, limit: 1)
            }
        },
        Claim("a driver that runs longer than it may is ended") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            var launch = stage.launch(.deaf, attempt, token: 1)
            launch.timeLimit = 300
            launch.stopGrace = 100
            _ = try await provider.provider.launch(launch)
            let end = try await provider.end(of: attempt)
            try claim(end.reason == .deadlineExceeded, "\(end)")
        },
        Claim("what is kept of an attempt goes when it is discarded, and not before its end") { stage in
            let (provider, attempt) = (try await observe(stage), attempt())
            _ = try await provider.launch(stage, .listens, attempt)
            do {
                try await provider.provider.discard(attempt)
                throw BrokenClaim("a living driver was discarded")
            } catch is DriverProviderError {}
            try await provider.provider.stop(attempt, grace: 0)
            _ = try await provider.end(of: attempt)
            try await provider.provider.discard(attempt)
            try await claimError(.unknownAttempt) {
                _ = try await provider.provider.log(of: attempt, from: 0, limit: 1)
            }
            // What is not there is discarded already.
            try await provider.provider.discard(attempt)
        },
        Claim("there is room for drivers") { stage in
            let cluster = try await stage.provider().cluster()
            try claim(cluster.nodes.contains { $0.allocatable.cpu > 0 && $0.allocatable.memory > 0 }, "\(cluster)")
        },
    ]

    /// The stage's next process, observed.
    private static func observe(_ stage: any DriverStage) async throws -> ObservedProvider {
        ObservedProvider(try await stage.provider())
    }

    private static func attempt() -> AttemptID {
        var generator = SystemRandomNumberGenerator()
        let job = JobID(at: Moment(milliseconds: 1_763_000_000_000), using: &generator)
        return AttemptID(task: TaskID(job: job), number: 1)
    }

    private static func claimError(_ code: DriverProviderErrorCode, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as DriverProviderError {
            try claim(error.code == code, "\(error.code): \(error)")
            return
        }
        throw BrokenClaim("there was no error")
    }
}

extension ObservedProvider {
    fileprivate func launch(
        _ stage: any DriverStage, _ program: StagedProgram, _ attempt: AttemptID, token: Int64 = 1
    ) async throws -> DriverDetails {
        try await provider.launch(stage.launch(program, attempt, token: token))
    }

    fileprivate func text(of attempt: AttemptID) async throws -> String {
        String(decoding: try await provider.log(of: attempt, from: 0, limit: 1 << 20).bytes, as: UTF8.self)
    }
}
