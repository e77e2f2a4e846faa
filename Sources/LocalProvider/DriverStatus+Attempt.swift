internal import DriverProvider
internal import JobModel
internal import Supervision

extension AttemptWatch.Ending {
    /// What the port calls it.
    func status(_ files: DriverFiles) -> DriverStatus {
        switch self {
        case .absent: .absent
        case .ended(let record): .ended(DriverEnd(record, files))
        case .lost(let start):
            .vanished(
                start.process.boot == ProcessIdentity.boot
                    ? "its shim was killed, and nothing of it lives any more"
                    : "the machine was started anew while it ran")
        }
    }
}

extension DriverEnd {
    init(_ record: EndRecord, _ files: DriverFiles) {
        self.init(
            startedAt: record.startedAt ?? record.endedAt, endedAt: record.endedAt, reason: EndReason(record.reason))
        exitCode = record.exitCode
        signal = record.signal
        message = record.message
        processorTime = record.processorTime
        peakMemory = record.peakMemory
        applicationID = EventLogs.applicationID(in: files.events)
        if record.reason == .error, files.printedHeapExhaustion {
            reason = .outOfMemory
            message = "the Java heap was too small"
        } else if record.reason == .error, record.exitCode == 1, let words = files.lastWords {
            // The status that Python and JVMs end with for an error that nobody caught; another is the program's own word.
            add("\(words)")
        }
        if record.logDropped > 0 { add("the first \(record.logDropped) bytes of its output are kept no longer") }
        if record.logLost > 0 { add("\(record.logLost) bytes of its output could not be written") }
    }

    private mutating func add(_ text: String) {
        message = message.map { "\($0); \(text)" } ?? text
    }
}

extension EndReason {
    fileprivate init(_ reason: EndRecord.Reason) {
        self =
            switch reason {
            case .completed: .completed
            case .error: .error
            case .signal: .signal
            case .outOfMemory: .outOfMemory
            case .timeLimit: .deadlineExceeded
            case .stopped: .killed
            case .launchFailed: .launchFailed
            }
    }
}

extension DriverFiles {
    /// The error that the program ended with. Spark tells of one at length.
    fileprivate var lastWords: LastWords? {
        (try? folder.output(from: -131_072, limit: 131_072)).flatMap { LastWords(in: $0.bytes) }
    }

    /// Whether a JVM of Spark's ended itself for want of heap, as the end of the log says. Its exit status alone could be
    /// the program's own.
    fileprivate var printedHeapExhaustion: Bool {
        guard DriverNotes(self)?.port != nil, let piece = try? folder.output(from: -16_384, limit: 16_384) else {
            return false
        }
        let text = String(decoding: piece.bytes, as: UTF8.self)
        return text.contains("Terminating due to java.lang.OutOfMemoryError")
            || text.contains("java.lang.OutOfMemoryError: Java heap space")
    }
}
