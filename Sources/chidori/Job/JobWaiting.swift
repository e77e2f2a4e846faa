internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import Synchronization

/// Waits for a job's end, and shows what it does: a line on a terminal, steps elsewhere, events for scripts.
struct JobWaiting {
    /// How long a server may be away while somebody waits: as long as it takes to start it anew.
    static let patience = Duration.seconds(120)

    private let client: ChidoriClient
    private let output: Output
    /// Whether nothing is shown on a terminal, because something else is.
    private let isQuiet: Bool

    init(_ client: ChidoriClient, output: Output, isQuiet: Bool = false) {
        self.client = client
        self.output = output
        self.isQuiet = isQuiet
    }

    /// The job once it has ended.
    func end(of id: JobID) async throws -> Job {
        let line = StatusLine(
            output.terminal, isOn: output.terminal.isInteractive && !output.quiet && !output.json && !isQuiet)
        defer { line.erase() }
        var known = try await client.tagged(id)
        var told = 0
        try await tell(known.job, &told, line)
        let ticking = Task {
            while !Task.isCancelled {
                line.draw()
                try await Task.sleep(for: .seconds(1))
            }
        }
        defer { ticking.cancel() }
        while !known.job.state.isFinal {
            guard let next = try await client.change(of: known) else {
                // What it waits for may be another now.
                try await explain(known.job, line)
                continue
            }
            known = next
            try await tell(known.job, &told, line)
        }
        return known.job
    }

    private func tell(_ job: Job, _ told: inout Int, _ line: StatusLine) async throws {
        line.show(job.state.rawValue, job.message, since: job.updatedAt)
        if job.state == .queued { try await explain(job, line) }
        guard output.json || (!output.terminal.isInteractive && !output.quiet && !isQuiet) else { return }
        for step in try await client.history(of: job.id) where step.number > told {
            told = step.number
            if output.json {
                output.event(["event": "transition", "transition": Transition.shape.json(step)])
            } else {
                output.say("\(step.at) \(step.to.rawValue)\(step.message.isEmpty ? "" : ": \(step.message)")")
            }
        }
    }

    private func explain(_ job: Job, _ line: StatusLine) async throws {
        guard !job.state.isFinal, line.isOn else { return }
        let wait = try await client.wait(of: job.id)
        line.show(wait.state.rawValue, wait.message, since: job.updatedAt)
    }
}

/// One line on a terminal that says where a job is, and for how long.
final class StatusLine: Sendable {
    let isOn: Bool
    private let terminal: Terminal
    private let state = Mutex(State())

    private struct State {
        var word = ""
        var message = ""
        var since = Moment(milliseconds: 0)
        var isDrawn = false
    }

    init(_ terminal: Terminal, isOn: Bool) {
        self.terminal = terminal
        self.isOn = isOn
    }

    func show(_ word: String, _ message: String, since: Moment) {
        state.withLock { ($0.word, $0.message, $0.since) = (word, message, since) }
        draw()
    }

    func draw() {
        guard isOn else { return }
        state.withLock { state in
            let seconds = Double(max(0, Moment.now.milliseconds - state.since.milliseconds)) / 1000
            let time = readable(seconds: seconds.rounded(.down))
            let text = "\(state.word) \(time)" + (state.message.isEmpty ? "" : ": \(state.message)")
            // A line that wraps could not be erased.
            let short = String(text.prefix(max(10, terminal.width - 1)))
            if state.isDrawn { terminal.erase(lines: 1) }
            terminal.write(terminal.styled(short, .dim) + "\n")
            state.isDrawn = true
        }
    }

    func erase() {
        state.withLock { state in
            if state.isDrawn { terminal.erase(lines: 1) }
            state.isDrawn = false
        }
    }
}

extension Answer {
    /// How a job ended that was waited for.
    init(endOf job: Job) {
        let why = job.message.isEmpty ? job.reason : job.message
        let end = why == job.state.rawValue ? why : "\(job.state.rawValue): \(why)"
        let took = job.endedAt.map { (job.startedAt ?? job.createdAt).span(until: $0) }
        let sentence = "Job \(job.id) \(job.state == .succeeded ? "succeeded" : end)"
        self.init(
            ["job": Job.shape.json(job)], remarks: [sentence + (took.map { ", after \($0)" } ?? "")],
            finding: job.state == .succeeded ? nil : .jobFailed)
    }
}
