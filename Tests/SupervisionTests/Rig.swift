import FileSystem
import Foundation
import SystemPackage
import TestSupport

@testable import Supervision

/// Starts programs under real shims in a folder of its own, and leaves none behind.
final class Rig: Sendable {
    let scratch: Scratch
    static let probe = FilePath(BuiltProduct.path("SupervisionProbe"))
    static let launcher = Launcher(program: probe, words: ["SupervisionProbe", "driver-shim"])
    static let isRoot = getuid() == 0
    /// What this machine has.
    static let groups = ControlGroups.find()

    init() throws {
        scratch = try Scratch("shim")
    }

    deinit {
        for name in (try? scratch.path.folderNames()) ?? [] {
            let folder = AttemptFolder(scratch.file(name))
            guard case .running(let start, let isSupervised) = try? folder.state() else { continue }
            if isSupervised { kill(start.shim.process, SIGKILL) }
            _ = folder.endRemains(of: start, within: .seconds(10))
        }
    }

    func folder(_ name: String = "attempt") -> AttemptFolder { AttemptFolder(scratch.file(name)) }

    /// What runs a shell's script.
    func order(_ script: String, _ name: String = "attempt") -> LaunchOrder {
        LaunchOrder(
            name: "test-\(scratch.path.lastComponent?.string ?? "")-\(name)", token: 7,
            command: ["/bin/sh", "-c", script], variables: ["PATH": "/usr/bin:/bin"], folder: scratch.path,
            stopGrace: 200)
    }

    @discardableResult
    func launch(_ order: LaunchOrder, _ name: String = "attempt") throws -> StartRecord {
        let folder = folder(name)
        guard try folder.make() else { throw Trouble(what: "the folder is there") }
        return try Self.launcher.launch(order, in: folder)
    }

    /// Starts a script and waits for its end.
    func run(_ script: String, change: (inout LaunchOrder) -> Void = { _ in }) async throws -> EndRecord {
        var order = order(script)
        change(&order)
        try launch(order)
        return try await end()
    }

    func end(_ name: String = "attempt") async throws -> EndRecord {
        try await until("the end") { try self.folder(name).end() }
    }

    func log(_ name: String = "attempt") throws -> String {
        String(decoding: try folder(name).output(from: 0, limit: 1 << 30).bytes, as: UTF8.self)
    }

    /// Asks again and again, for at most half a minute.
    func until<Answer>(_ what: String, _ ask: () throws -> Answer?) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            if let answer = try ask() { return answer }
            guard ContinuousClock.now < deadline else { throw Trouble(what: "\(what) did not come") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The number that a script wrote to a file of this rig.
    func number(_ file: String) async throws -> Int32 {
        try await until(file) {
            guard let bytes = try? self.scratch.file(file).fileContents(limit: 64), bytes.last == 10 else { return nil }
            return Int32(String(decoding: bytes.dropLast(), as: UTF8.self))
        }
    }

    /// Processes whose command line names this rig's folder.
    func processes() -> [Int32] {
        ProcessTable.all().filter { facts in
            let line = (try? FilePath("/proc/\(facts.process)/cmdline").fileContents(limit: 1 << 20)) ?? []
            return !facts.hasEnded
                && String(decoding: line, as: UTF8.self).contains(scratch.path.lastComponent?.string ?? "?")
        }.map(\.process)
    }

    struct Trouble: Error {
        var what: String
    }
}
