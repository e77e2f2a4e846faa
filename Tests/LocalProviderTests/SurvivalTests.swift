import Contracts
import DriverProvider
import FileSystem
import Foundation
import JobModel
import SystemPackage
import TestSupport
import Testing

@testable import LocalProvider
@testable import Supervision

@Suite("a provider and shims that are killed", .timeLimit(.minutes(1)))
struct SurvivalTests {
    /// A driver whose shim was killed, and the provider that watches it.
    private static func orphan(_ stage: LocalStage, _ change: (inout DriverLaunch) -> Void = { _ in }) async throws -> (
        ObservedProvider, AttemptID, StartRecord
    ) {
        let provider = ObservedProvider(stage.local())
        let attempt = LocalStage.attempt()
        var launch = stage.launch(.deaf, attempt, token: 1)
        change(&launch)
        _ = try await provider.provider.launch(launch)
        let local = try #require(provider.provider as? LocalProvider)
        let start = try #require(try local.folder(of: attempt).start())
        try await provider.printed("ready", attempt)
        kill(start.shim.process, SIGKILL)
        return (provider, attempt, start)
    }

    private static func isVanished(_ status: DriverStatus) -> Bool {
        if case .vanished = status { true } else { false }
    }

    @Test("without its shim a driver runs on, ends when it is told to, and has vanished then")
    func shim() async throws {
        let stage = try LocalStage()
        let (provider, attempt, start) = try await Self.orphan(stage)
        try await Task.sleep(for: .milliseconds(1300))
        #expect(start.process.isAlive)
        #expect(await provider.observed(attempt).isEmpty)
        guard case .running = try await provider.provider.adopt(attempt, token: FencingToken(1)) else {
            Issue.record("it is not found running")
            return
        }
        try await provider.provider.stop(attempt, grace: 100)
        _ = try await provider.until("its end") {
            await provider.observed(attempt).contains(where: Self.isVanished) ? true : nil
        }
        #expect(!start.process.isAlive)
        #expect(Self.isVanished(try await provider.provider.adopt(attempt, token: FencingToken(1))))
        let log = try await provider.provider.log(of: attempt, from: 0, limit: 100)
        #expect(log.isComplete)
    }

    @Test("a stop that the server before had begun is carried through by the next")
    func stopGoesOn() async throws {
        let stage = try LocalStage()
        let (before, attempt, start) = try await Self.orphan(stage)
        (before.provider as? LocalProvider)?.close()
        try stage.folder(attempt).stop(StopRequest(grace: 50))
        let after = ObservedProvider(stage.local())
        _ = try await after.provider.adopt(attempt, token: FencingToken(1))
        _ = try await after.until("its end") {
            await after.observed(attempt).contains(where: Self.isVanished) ? true : nil
        }
        #expect(!start.process.isAlive)
    }

    @Test("without its shim a driver still may not run longer than allowed")
    func timeLimit() async throws {
        let stage = try LocalStage()
        let (provider, attempt, start) = try await Self.orphan(stage) {
            $0.timeLimit = 3_600_000
            $0.stopGrace = 50
        }
        try await Task.sleep(for: .milliseconds(1300))
        #expect(start.process.isAlive)
        // Shortened now, so that its shim cannot have been the one to end it, however slow the machine is.
        let folder = stage.folder(attempt)
        var order = try #require(try folder.order())
        #expect(order.limits.time == 3_600_000)
        order.limits.time = 100
        try order.write(in: folder.path)
        _ = try await provider.until("its end") {
            await provider.observed(attempt).contains(where: Self.isVanished) ? true : nil
        }
        #expect(!start.process.isAlive)
    }

    @Test("both killed at once, shim and driver, an attempt is seen to have vanished")
    func both() async throws {
        let stage = try LocalStage()
        let (provider, attempt, start) = try await Self.orphan(stage)
        kill(start.process.process, SIGKILL)
        _ = try await provider.until("its end") {
            await provider.observed(attempt).contains(where: Self.isVanished) ? true : nil
        }
    }

    @Test("a driver of before the machine was started anew has vanished, and its number means nothing")
    func reboot() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        let attempt = LocalStage.attempt()
        _ = try await provider.provider.launch(stage.launch("true", attempt))
        _ = try await provider.end(of: attempt)
        let path = stage.folder(attempt).path
        try path.appending("end.json").removeTree()
        // What is left after a power cut, with a number that is somebody's by now.
        let text = String(decoding: try path.appending("started.json").fileContents(limit: 4096), as: UTF8.self)
        let start = try #require(try stage.folder(attempt).start())
        try path.appending("started.json").replaceFile(
            with: Array(
                text.replacing(start.process.boot, with: "another start").replacing(
                    "\"process\":\(start.process.process)", with: "\"process\":\(getpid())"
                ).utf8))
        let status = try await stage.local().adopt(attempt, token: FencingToken(1))
        #expect(status == .vanished("the machine was started anew while it ran"))
    }

    @Test("an end is observed when it comes, not at the next look")
    func promptly() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        var delays: [Duration] = []
        for _ in 0..<5 {
            let attempt = LocalStage.attempt()
            _ = try await provider.provider.launch(stage.launch(.listens, attempt, token: 1))
            try await provider.printed("ready", attempt)
            try await provider.provider.stop(attempt, grace: 10_000)
            let end = stage.folder(attempt).path.appending("end.json")
            _ = try await provider.until("the record") { end.isThere ? true : nil }
            let clock = ContinuousClock.now
            _ = try await provider.end(of: attempt)
            delays.append(ContinuousClock.now - clock)
        }
        #expect(delays.min() ?? .seconds(9) < .milliseconds(300), "\(delays)")
    }

    @Test("launched by many at once, an attempt runs once")
    func race() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        let attempt = LocalStage.attempt()
        let launch = stage.launch("echo ran; sleep 0.3", attempt)
        let places = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try await provider.provider.launch(launch).place } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(places.count == 1)
        _ = try await provider.end(of: attempt)
        let log = try await provider.provider.log(of: attempt, from: 0, limit: 100)
        #expect(log.bytes == Array("ran\n".utf8))
    }

    @Test("many at once start, end, and are told of each once")
    func many() async throws {
        let stage = try LocalStage()
        let provider = ObservedProvider(stage.local())
        let attempts = (0..<30).map { _ in LocalStage.attempt() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, attempt) in attempts.enumerated() {
                group.addTask { _ = try await provider.provider.launch(stage.launch("exit \(index)", attempt)) }
            }
            try await group.waitForAll()
        }
        for (index, attempt) in attempts.enumerated() {
            #expect(try await provider.end(of: attempt).exitCode == Int32(index))
            #expect(await provider.observed(attempt).count == 1)
        }
    }
}
