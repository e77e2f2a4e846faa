internal import DriverProvider
internal import JobModel
internal import Supervision
internal import Synchronization
internal import Transfer

/// Asks the pages of drivers that are Spark's how far they have come, and tells what is new.
final class SparkWatch: Sendable {
    private struct Asked {
        var task: Task<Void, Never>
        var port: UInt16
    }

    private let asked = Mutex<[AttemptID: Asked]>([:])
    private let ports: PortPool
    private let transfer = SparkPages.transfer()
    private let tell: @Sendable (DriverObservation) -> Void

    init(_ ports: PortPool, _ tell: @escaping @Sendable (DriverObservation) -> Void) {
        self.ports = ports
        self.tell = tell
    }

    /// Begins to ask, where the driver has pages.
    func begin(_ attempt: AttemptID, _ files: DriverFiles, _ details: DriverDetails) {
        guard let port = DriverNotes(files)?.port else { return }
        asked.withLock { asked in
            guard asked[attempt] == nil else { return }
            ports.mark(port)
            let pages = SparkPages(port: port, over: transfer)
            let tell = tell
            asked[attempt] = Asked(
                task: Task { await Self.ask(pages, attempt, files, details, tell) }, port: port)
        }
    }

    func end(_ attempt: AttemptID) {
        guard let ended = asked.withLock({ $0.removeValue(forKey: attempt) }) else { return }
        ended.task.cancel()
        ports.giveBack(ended.port)
    }

    func close() {
        asked.withLock { asked in
            for one in asked.values { one.task.cancel() }
            asked = [:]
        }
    }

    private static func ask(
        _ pages: SparkPages, _ attempt: AttemptID, _ files: DriverFiles, _ start: DriverDetails,
        _ tell: @Sendable (DriverObservation) -> Void
    ) async {
        var details = start
        var looks = 0
        while !Task.isCancelled {
            // Seldom enough to be no burden on the driver, often enough for somebody who watches; in the first minutes often
            // enough that a short program is seen as well.
            let isNew = details.userInterface == nil && looks < 600
            guard (try? await Task.sleep(for: isNew ? .milliseconds(500) : .seconds(2))) != nil else { return }
            looks += 1
            var seen = details
            let shown = await pages.applicationID()
            seen.applicationID = EventLogs.applicationID(in: files.events) ?? shown ?? seen.applicationID
            // Where another application has got the port, its pages are not this one's.
            if let shown, shown == seen.applicationID {
                seen.userInterface = pages.address
                if let progress = await pages.progress(of: shown) { seen.stages = progress }
            }
            guard seen != details, !Task.isCancelled else { continue }
            details = seen
            tell(DriverObservation(attempt, .running(details)))
        }
    }
}
