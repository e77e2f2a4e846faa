internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Preflight
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Shows build events: live lines on a terminal, one JSON object a line with `--json`, plain sentences elsewhere.
final class ProgressDisplay: Sendable {
    private struct Download {
        var received: UInt64
        var size: UInt64?
    }

    private struct Stage {
        let name: BuildEvent.Stage
        var done = 0
        var total: Int?
    }

    private struct State {
        /// What is under way; the last is shown. Several are where sources are built at once, or fetch what they need.
        var stages: [Stage] = []
        var downloads: [String: Download] = [:]
        var finishedBytes: UInt64 = 0
        var linesShown = 0
        var lastDrawn: UInt64 = 0

        /// Of several of one name the one that began last.
        mutating func update(_ stage: BuildEvent.Stage, _ change: (inout Stage) -> Void) {
            guard let index = stages.lastIndex(where: { $0.name == stage }) else { return }
            change(&stages[index])
        }
    }

    private let output: Output
    private let state = Mutex(State())

    init(output: Output) {
        self.output = output
    }

    func observe(_ event: BuildEvent) {
        if output.json {
            if !output.quiet, let line = Self.json(event) {
                writeAll(line.compact + "\n", to: .standardOutput)
            }
            return
        }
        state.withLock { state in
            switch event {
            case .began(let stage, let total):
                state.stages.append(Stage(name: stage, total: total))
            case .advanced(let stage, let count, let subject):
                state.update(stage) { $0.done += count }
                if output.verbose { print(above: subject, &state) }
            case .progressed(let stage, let done, let total):
                state.update(stage) { ($0.done, $0.total) = (done, total) }
            case .ended(let stage, let seconds):
                if output.verbose { print(above: "\(stage.rawValue): \(readable(seconds: seconds))", &state) }
                if let index = state.stages.lastIndex(where: { $0.name == stage }) { state.stages.remove(at: index) }
                erase(&state)
            case .downloading(let file, let received, let size):
                state.downloads[file] = Download(received: received, size: size)
            case .downloaded(let file, let size):
                state.downloads[file] = nil
                state.update(.fetching) { $0.done += 1 }
                state.finishedBytes += size
                if output.verbose || !output.terminal.isInteractive {
                    print(above: "fetched \(file) (\(readable(bytes: size)))", &state)
                }
            case .uploading(let file, let sent, let size):
                state.downloads[file] = Download(received: sent, size: size)
            case .uploaded(let file, let size):
                state.downloads[file] = nil
                if output.verbose || !output.terminal.isInteractive {
                    print(above: "sent \(file) (\(readable(bytes: size)))", &state)
                }
            case .locked(let path, let packages, let jars, let difference):
                erase(&state)
                if let difference, !difference.isEmpty { output.say(difference.text) }
                output.say("Locked \(counted(packages: packages, jars: jars)) (\(path))")
            case .detail(let text):
                if output.verbose { print(above: text, &state) }
            case .warning(let text):
                erase(&state)
                output.warn(text)
            case .found(let severity, let text):
                erase(&state)
                output.tell(text, as: severity.rawValue)
            case .built(let source, let log):
                print(
                    above: "Built \(source) to learn what it needs" + (output.verbose ? " (log: \(log))" : ""), &state)
            case .printed: break
            case .waiting(let text):
                print(above: text, &state)
            }
            draw(&state)
        }
    }

    /// Leaves the terminal clean for what is said next.
    func finish() {
        state.withLock { erase(&$0) }
    }

    // MARK: Live lines

    private func print(above text: String, _ state: inout State) {
        guard !output.quiet else { return }
        erase(&state)
        output.terminal.write(output.terminal.styled(text, .dim) + "\n")
    }

    private func erase(_ state: inout State) {
        guard state.linesShown > 0 else { return }
        output.terminal.erase(lines: state.linesShown)
        state.linesShown = 0
    }

    private func draw(_ state: inout State) {
        guard output.terminal.isInteractive, !output.quiet, let stage = state.stages.last else { return }
        let now = monotonicMilliseconds()
        guard now - state.lastDrawn >= 50 else { return }
        state.lastDrawn = now
        var lines: [String] = []
        let width = output.terminal.width
        var head = output.terminal.styled(stage.name.rawValue, .bold)
        if let total = stage.total, total > 0 {
            let numbers = "\(stage.done)/\(total)"
            // A line that wraps could not be erased.
            let room = width - stage.name.rawValue.count - numbers.count - 3
            if room >= 8 { head += " " + Self.bar(Double(stage.done) / Double(total), width: min(24, room)) }
            head += " " + numbers
        } else if stage.done > 0 {
            head += " \(stage.done)"
        }
        lines.append(head)
        for (file, download) in state.downloads.sorted(by: { $0.key < $1.key }).prefix(8) {
            let name = file.count > 40 ? String(file.prefix(39)) + "…" : file
            let share = download.size.map { $0 > 0 ? Double(download.received) / Double($0) : 0 }
            let text =
                "  " + name + String(repeating: " ", count: 41 - name.count)
                + (share.map { Self.bar($0, width: 20) + " " } ?? "") + readable(bytes: download.received)
            lines.append(String(text.prefix(width - 1)))
        }
        erase(&state)
        output.terminal.write(lines.joined(separator: "\n") + "\n")
        state.linesShown = lines.count
    }

    private static func bar(_ share: Double, width: Int) -> String {
        let filled = Int((min(max(share, 0), 1) * Double(width)).rounded())
        return String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
    }

    // MARK: JSON lines

    private static func json(_ event: BuildEvent) -> JSON? {
        switch event {
        case .began(let stage, let total):
            ["event": "began", "stage": .string(stage.rawValue), "total": total.map { JSON($0) } ?? .null]
        case .advanced(let stage, let count, let subject):
            [
                "event": "advanced", "stage": .string(stage.rawValue), "by": JSON(count),
                "subject": .string(subject),
            ]
        case .progressed(let stage, let done, let total):
            [
                "event": "progressed", "stage": .string(stage.rawValue), "done": JSON(done),
                "total": JSON(total),
            ]
        case .ended(let stage, let seconds):
            ["event": "ended", "stage": .string(stage.rawValue), "seconds": JSON(seconds: seconds)]
        case .downloading(let file, let received, let size):
            ["event": "downloading", "file": .string(file), "received": JSON(received), "size": JSON(size)]
        case .downloaded(let file, let size):
            ["event": "downloaded", "file": .string(file), "size": JSON(size)]
        case .uploading(let file, let sent, let size):
            ["event": "uploading", "file": .string(file), "sent": JSON(sent), "size": JSON(size)]
        case .uploaded(let file, let size):
            ["event": "uploaded", "file": .string(file), "size": JSON(size)]
        case .locked(let path, let packages, let jars, let difference):
            [
                "event": "locked", "lock": .string(path), "packages": JSON(packages),
                "jars": JSON(jars), "difference": difference?.json ?? .null,
            ]
        case .detail(let text): ["event": "detail", "message": .string(text)]
        case .warning(let text): ["event": "warning", "message": .string(text)]
        case .found(let severity, let text):
            ["event": "found", "severity": .string(severity.rawValue), "message": .string(text)]
        case .built(let source, let log):
            ["event": "built", "source": .string(source), "log": .string(log)]
        // The message of a failure has its end, and `built` says where it is.
        case .printed: nil
        case .waiting(let text): ["event": "waiting", "message": .string(text)]
        }
    }
}

/// A clock for drawing and durations that no adjustment of the date moves.
func monotonicMilliseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
}
