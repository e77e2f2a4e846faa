import ChidoriClient
import Foundation
import Glibc
import JobAPI
import JobModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("A server that is killed", .timeLimit(.minutes(120)))
struct CrashTests {
    @Test(
        "again and again while jobs come, run, are killed and tried again: each ends as it did, and runs once at a time"
    )
    func crashes() async throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["CHIDORI_CRASH_SEED"] ?? "") ?? .random(in: 0...999_999)
        var random = SeededGenerator(seed)
        let server = try await RunningServer("drivers: {cores: 8, memory: 6g}\n")
        let field = try Field(server, seed: seed)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                let random = SeededGenerator(random.next())
                group.addTask { try await field.submit(as: number, random) }
            }
            let killing = SeededGenerator(random.next())
            group.addTask { try await field.kill(killing) }
            for _ in 0..<(Peer.deep ? 500 : 20) {
                try await Task.sleep(for: .milliseconds(.random(in: 20...600, using: &random)))
                try await server.kill()
                // Now and then it is killed while it takes over what there is.
                while Int.random(in: 0..<4, using: &random) == 0 {
                    let life = Duration.milliseconds(.random(in: 5...250, using: &random))
                    guard (try? await server.start(within: life)) != nil else { continue }
                    try await server.kill()
                }
                try await server.start()
            }
            field.close()
            try await group.waitForAll()
        }
        try await field.check()
    }
}

/// Jobs that write down on their own that they ran, and what must be true of them in the end.
private final class Field: Sendable {
    private let server: RunningServer
    private let client: ChidoriClient
    private let seed: UInt64
    private let folder: FilePath
    private let state = Mutex(State())

    private struct State {
        var isClosed = false
        /// What was acknowledged.
        var jobs: [JobID: Kind] = [:]
        /// What somebody wanted to be killed.
        var condemned: Set<JobID> = []
    }

    /// What a driver does.
    enum Kind: String, CaseIterable {
        case good
        case bad
        /// Only its second try goes well.
        case second
        /// Does not hear that it is to end.
        case deaf
    }

    init(_ server: RunningServer, seed: UInt64) throws {
        self.server = server
        self.seed = seed
        folder = server.scratch.file("ran")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        // The lock is the driver's alone, and tells by itself whether another one of the same job lives.
        try server.scratch.write(
            "driver.sh",
            """
            cd "$1" || exit 9
            test "$2" = deaf && trap '' TERM
            exec 9>>"$CHIDORI_JOB_ID.lock"
            flock -n 9 || echo "$CHIDORI_JOB_ID $CHIDORI_ATTEMPT" >>doubles
            echo "$CHIDORI_ATTEMPT" >>"$CHIDORI_JOB_ID.starts"
            sleep "$3" 9>&-
            echo "$CHIDORI_ATTEMPT" >>"$CHIDORI_JOB_ID.ends"
            case "$2" in
            bad) exit 3 ;;
            second) test "$CHIDORI_ATTEMPT" -gt 1 || exit 4 ;;
            esac
            exit 0

            """)
        client = try server.client(patience: .seconds(90))
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    func close() { state.withLock { $0.isClosed = true } }

    /// Submits until the field is closed.
    func submit(as number: Int, _ random: SeededGenerator) async throws {
        var random = random
        var count = 0
        while !isClosed {
            let kind = Kind.allCases.randomElement(using: &random) ?? .good
            var request = JobRequest()
            let time = Double(Int.random(in: 0...80, using: &random)) / 100
            request.task.command = [
                "sh", server.scratch.file("driver.sh").string, folder.string, kind.rawValue, "\(time)",
            ]
            request.task.driver.cpu = 250
            request.task.driver.memory = 64 << 20
            request.retry.attempts = 2
            request.retry.backoff = 100
            // The server may die as often as it likes: that says nothing against a job.
            request.retry.infrastructuralAttempts = 1000
            request.stopGrace = 300
            request.idempotencyKey = "crash-\(number)-\(count)"
            count += 1
            let job = try await client.submit(request).job
            let isNew = state.withLock { $0.jobs.updateValue(kind, forKey: job.id) == nil }
            #expect(isNew, "two submissions got one job; seed \(seed)")
            try await Task.sleep(for: .milliseconds(.random(in: 0...200, using: &random)))
        }
    }

    /// Kills one or the other until the field is closed.
    func kill(_ random: SeededGenerator) async throws {
        var random = random
        while !isClosed {
            try await Task.sleep(for: .milliseconds(.random(in: 50...400, using: &random)))
            let job = state.withLock { state in
                let job = state.jobs.keys.sorted { $0.description < $1.description }.suffix(20).randomElement(
                    using: &random)
                if let job { state.condemned.insert(job) }
                return job
            }
            guard let job else { continue }
            do {
                _ = try await client.command(.kill, job)
            } catch let error as ChidoriClientError where error.problem?.code == "refused" {
                // It had ended before.
            }
        }
    }

    /// Waits until all have ended, and looks at what they are.
    func check() async throws {
        let (jobs, condemned) = state.withLock { ($0.jobs, $0.condemned) }
        #expect(jobs.count > 5)
        var listed: [Job] = []
        _ = try await server.until("the end of all jobs; seed \(seed)", seconds: 300) {
            var query = JobQuery()
            query.limit = 1000
            (listed, query.cursor) = ([], nil)
            repeat {
                let page = try await self.client.jobs(query)
                listed += page.jobs
                query.cursor = page.next
            } while query.cursor != nil
            return listed.allSatisfy(\.state.isFinal) ? true : nil
        }
        #expect(listed.count == jobs.count && Set(listed.map(\.id)) == Set(jobs.keys), "seed \(seed)")
        #expect(lines("doubles") == [], "seed \(seed)")
        for job in listed {
            let mistakes = try await mistakes(of: job, jobs[job.id] ?? .good, isCondemned: condemned.contains(job.id))
            if !mistakes.isEmpty {
                let account = try await server.account(of: job.id.description)
                Issue.record("\(job.id): \(mistakes.joined(separator: "; ")); seed \(seed)\n\(account)")
            }
        }
    }

    private func mistakes(of job: Job, _ kind: Kind, isCondemned: Bool) async throws -> [String] {
        var found: [String] = []
        func claim(_ holds: Bool, _ what: String) { if !holds { found.append(what) } }
        let history = try await client.history(of: job.id)
        let attempts = try await client.attempts(of: job.id).sorted { $0.id.number < $1.id.number }
        let starts = lines("\(job.id).starts").compactMap { Int($0) }
        let ends = lines("\(job.id).ends").compactMap { Int($0) }

        claim(history.map(\.number) == Array(1...history.count), "its steps are not numbered one by one")
        claim(history.first?.to == .accepted, "it does not begin with its submission")
        claim(history.filter(\.to.isFinal).count == 1 && history.last?.to == job.state, "it has not one end")
        claim(zip(history, history.dropFirst()).allSatisfy { $0.to == $1.from }, "its steps do not follow each other")

        claim(
            attempts.map(\.id.number) == Array(1..<(attempts.count + 1)),
            "its tries are not numbered one by one")
        claim(attempts.allSatisfy { $0.state == .ended && $0.reason != nil }, "a try has not ended")
        let tokens = attempts.map(\.token)
        claim(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 }, "a later try has no higher token")
        claim(Set(starts).count == starts.count, "a try was started twice: \(starts)")
        claim(Set(starts).isSubset(of: attempts.map(\.id.number)), "a try ran of which nothing is known")

        for attempt in attempts {
            let (didStart, didEnd) = (starts.contains(attempt.id.number), ends.contains(attempt.id.number))
            switch attempt.reason {
            case .completed, .error:
                claim(didStart && didEnd, "try \(attempt.id.number) has an end that did not happen")
            case .killed: claim(isCondemned, "try \(attempt.id.number) was killed, and nobody wanted that")
            case .lost, .launchFailed: claim(!didEnd, "try \(attempt.id.number) came to its end, and that was lost")
            default: claim(false, "try \(attempt.id.number) ended with \(attempt.reason?.rawValue ?? "nothing")")
            }
        }
        switch job.state {
        case .succeeded:
            claim(kind != .bad && attempts.last?.reason == .completed, "it has succeeded, and its driver has not")
        case .failed: claim(kind == .bad && attempts.count { $0.reason == .error } == 2, "it should not have failed")
        default: claim(isCondemned, "it is \(job.state)")
        }
        claim(isFree("\(job.id).lock"), "a driver of it still lives")
        return found
    }

    private func lines(_ name: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: folder.appending(name).string) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func isFree(_ name: String) -> Bool {
        let descriptor = open(folder.appending(name).string, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { Glibc.close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
