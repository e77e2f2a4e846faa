import ChidoriClient
import Foundation
import Glibc
import Supervision
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfer

/// `chidori serve` as people run it: a process of its own with a data folder and a port of its own on loopback.
///
///     let server = try await RunningServer()
///     let job = try await server.submit("--command", "true")
///     try await server.kill()          // as `kill -9`: drivers go on
///     try await server.start()         // at the same port, with the same data
///     _ = try await server.end(of: job)
///
/// With its last reference the process is killed, and so is every driver that is left.
final class RunningServer: Sendable {
    let scratch: Scratch
    var data: FilePath { scratch.file("data") }

    private let words: [String]
    private let environment: [String: String?]
    private let state = Mutex(State())

    private struct State {
        var process: RunningCommand?
        var port = 0
    }

    struct Trouble: Error, CustomStringConvertible {
        var description: String
    }

    /// Makes the data folder and starts the server.
    ///
    /// - Parameters:
    ///   - configuration: what is in its `serve.yaml`.
    ///   - words: further options of `chidori serve`.
    ///   - environment: further variables, for the server alone.
    ///   - prepare: is given the data folder before the server sees it.
    init(
        _ configuration: String = "drivers: {cores: 4, memory: 6g}\n", _ words: [String] = [],
        environment: [String: String?] = [:], prepare: (FilePath) throws -> Void = { _ in }
    ) async throws {
        scratch = try Scratch("server")
        self.words = words
        self.environment = environment
        try scratch.write("data/serve.yaml", configuration)
        try prepare(data)
        // None that the system gives to those who connect: one of them could have it when the server comes back.
        state.withLock { $0.port = .random(in: 10_000..<20_000) }
        do {
            try await start()
        } catch {
            state.withLock { $0.port = .random(in: 10_000..<20_000) }
            try await start()
        }
    }

    deinit {
        state.withLock { $0.process }?.end()
        endDrivers()
    }

    // MARK: - Its life

    var url: String { "http://127.0.0.1:\(state.withLock(\.port))" }

    /// The number of the server's process.
    var process: Int32? { state.withLock { $0.process?.process } }

    /// Starts it, and comes back when it listens.
    func start(within limit: Duration = .seconds(60)) async throws {
        let port = state.withLock(\.port)
        let command = Command(
            Peer.chidori,
            ["serve", "--data", data.string, "--listen", "127.0.0.1:\(port)", "--json"] + words, in: scratch.path,
            environment: Self.clean.merging(environment) { $1 })
        let process = try command.start()
        state.withLock { $0.process = process }
        let deadline = ContinuousClock.now + limit
        while true {
            let lines = process.outputSoFar.split(separator: UInt8(ascii: "\n"))
            if let said = lines.lazy.compactMap({ try? JSONDecoder().decode(Listening.self, from: Data($0)) }).first,
                let port = URL(string: said.url)?.port
            {
                state.withLock { $0.port = port }
                return
            }
            let hasEnded = process.hasEnded
            guard !hasEnded, ContinuousClock.now < deadline else {
                if !hasEnded { process.signal(SIGKILL) }
                state.withLock { $0.process = nil }
                let outcome = await process.outcome()
                throw Trouble(description: "the server does not listen: \(outcome.status)\n\(outcome.errorText)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private struct Listening: Decodable {
        var event: String
        var url: String
    }

    /// Tells it to stop, and waits until it has.
    @discardableResult
    func stop() async throws -> Command.Outcome { try await end(with: SIGTERM) }

    /// Kills it, as `kill -9`.
    @discardableResult
    func kill() async throws -> Command.Outcome { try await end(with: SIGKILL) }

    private func end(with signal: Int32) async throws -> Command.Outcome {
        let process = state.withLock { state in
            defer { state.process = nil }
            return state.process
        }
        guard let process else { throw Trouble(description: "the server does not run") }
        process.signal(signal)
        return await process.outcome()
    }

    // MARK: - Its clients

    /// Nothing of the machine's own settings reaches the program.
    private static let clean: [String: String?] = [
        "CHIDORI_DATA": nil, "CHIDORI_SERVER": nil, "CHIDORI_TOKEN_FILE": nil, "CHIDORI_SERVE_CONFIG": nil,
    ]

    /// Its administrator's own client.
    ///
    /// - Parameters:
    ///   - folder: the data folder that the token is in, if it is another server's.
    ///   - patience: for a server that does not answer.
    func client(token folder: FilePath? = nil, patience: Duration = .zero) throws -> ChidoriClient {
        let file = (folder ?? data).appending("admin.token").string
        let token = try String(contentsOfFile: file, encoding: .utf8).filter { !$0.isWhitespace }
        return try ChidoriClient(
            try ResourceURL(url), token: token, patience: patience, options: TransferOptions.ofUser(environment: [:]))
    }

    /// Runs one of the client's commands, which finds the server as scripts do.
    func run(_ words: [String]) async throws -> Command.Outcome {
        let variables = Self.clean.merging([
            "CHIDORI_SERVER": url, "CHIDORI_TOKEN_FILE": data.appending("admin.token").string,
        ]) { $1 }
        return try await Command(Peer.chidori, words, in: scratch.path, environment: variables).outcome()
    }

    /// Runs one that must succeed, and gives what it printed.
    @discardableResult
    func output(_ words: [String]) async throws -> String {
        let outcome = try await run(words)
        guard outcome.succeeded else {
            throw Trouble(
                description: "\(words.joined(separator: " ")): \(outcome.status)\n\(outcome.text)\(outcome.errorText)")
        }
        return outcome.text
    }

    /// The last line of a command's JSON.
    func answer<Shape: Decodable>(_ words: [String], as shape: Shape.Type = Shape.self) async throws -> Shape {
        let text = try await output(words + ["--json"])
        guard let line = text.split(separator: "\n").last else { throw Trouble(description: "\(words) say nothing") }
        do {
            return try JSONDecoder().decode(shape, from: Data(line.utf8))
        } catch {
            throw Trouble(description: "\(words): \(error)\n\(line)")
        }
    }

    /// Submits a job, and gives its id.
    func submit(_ words: String...) async throws -> String { try await submit(words) }

    func submit(_ words: [String]) async throws -> String {
        let text = try await output(["job", "submit"] + words)
        // The id alone, and nothing else: scripts rely on it.
        guard text.last == "\n", !text.dropLast().contains(where: \.isWhitespace), text.count > 1 else {
            throw Trouble(description: "no id: \(text)")
        }
        return String(text.dropLast())
    }

    /// Submits what a request says: YAML or JSON.
    func submit(request: String) async throws -> String {
        let file = try scratch.write("request-\(UUID().uuidString.prefix(8)).yaml", request)
        return try await submit("--request", file.string)
    }

    /// Waits until a job has ended, and gives it with its attempts.
    func end(of job: String, seconds: Int = 120) async throws -> ShownJob {
        let outcome = try await run(["job", "wait", job, "--timeout", "\(seconds)", "--quiet"])
        let shown = try await show(job)
        guard shown.job.isFinal else {
            throw Trouble(description: "\(job) does not end: \(outcome.errorText)\n\(try await account(of: job))")
        }
        // The status says which end it was.
        guard (outcome.status == 0) == (shown.job.state == "succeeded") else {
            throw Trouble(description: "`job wait` ended with \(outcome.status), and \(job) has \(shown.job.state)")
        }
        return shown
    }

    func show(_ job: String) async throws -> ShownJob { try await answer(["job", "show", job]) }

    func history(of job: String) async throws -> [ShownStep] {
        try await answer(["job", "history", job], as: ShownHistory.self).transitions
    }

    /// What a task has printed.
    func log(of job: String, _ words: String...) async throws -> String {
        try await output(["job", "logs", job] + words)
    }

    /// Asks again and again until there is an answer.
    func until<Answer>(
        _ what: String, seconds: Int = 120, _ ask: () async throws -> Answer?
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let answer = try await ask() { return answer }
            guard ContinuousClock.now < deadline else { throw Trouble(description: "\(what) did not come") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// All that is known of a job, for a test that fails.
    func account(of job: String) async throws -> Comment {
        var text = ""
        for words in [["job", "show"], ["job", "history"], ["job", "logs", "--tail", "60"]] {
            let outcome = try await run(words + [job])
            text += "$ \(words.joined(separator: " "))\n\(outcome.text)\(outcome.errorText)\n"
        }
        return Comment(
            rawValue: text + String(decoding: state.withLock { $0.process?.errorsSoFar } ?? [], as: UTF8.self))
    }

    /// Makes an empty file for which a driver waits.
    func touch(_ file: FilePath) throws { try Data().write(to: URL(filePath: file.string)) }

    // MARK: - Its drivers

    /// The folder of an attempt.
    func folder(_ job: String, _ group: String = "main", _ index: Int = 0, attempt: Int = 1) -> FilePath {
        data.appending("logs").appending(job).appending("\(group).\(index).\(attempt)")
    }

    private func endDrivers() {
        let logs = data.appending("logs")
        for job in (try? FileManager.default.contentsOfDirectory(atPath: logs.string)) ?? [] {
            let folder = logs.appending(job)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? [] {
                let attempt = AttemptFolder(folder.appending(name))
                guard case .running(let start, let isSupervised) = try? attempt.state() else { continue }
                if isSupervised { Glibc.kill(start.shim.process, SIGKILL) }
                _ = attempt.endRemains(of: start, within: .seconds(10))
            }
        }
    }
}

/// What `chidori job show --json` tells, as far as tests look at it.
struct ShownJob: Decodable {
    var job: Facts
    var attempts: [Attempt]

    struct Facts: Decodable {
        var id: String
        var state: String
        var reason: String
        var message: String
        var environments: [String: String]

        var isFinal: Bool { ["succeeded", "failed", "killed"].contains(state) }
    }

    struct Attempt: Decodable {
        var group: String
        var index: Int
        var number: Int
        var state: String
        var reason: String?
        var exitCode: Int?
        var message: String?
        var applicationId: String?
        var userInterface: String?
    }
}

/// What `chidori job history --json` tells.
struct ShownHistory: Decodable {
    var transitions: [ShownStep]
}

struct ShownStep: Decodable {
    var to: String
    var reason: String
    var message: String
    var at: String
    var actor: String
}
