internal import CProcesses
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import JobModel
internal import SystemPackage

/// The small process under which a program runs: it outlives whoever started it, keeps what the program prints, holds it
/// to its limits, ends it with all that it started, and records how it ended.
///
/// It has one thread, and is nobody's child. What it is told comes from files, what it knows goes into files.
public enum Shim {
    /// The word of this program's command line that makes it a shim; the folder's path follows.
    public static let command = "driver-shim"

    /// Where it says what went wrong with itself.
    static let complaints = "shim.log"

    /// Runs the order in an attempt's folder to its end. To be called before this process has a second thread, as what
    /// ``Launcher`` started: descriptor 3 holds the attempt's lock, 4 takes the news of the start.
    ///
    /// - Returns: the exit status: 0 where the end is recorded.
    public static func run(folder path: String) -> Int32 {
        chidori_close_from(5)
        let (lock, news): (CInt, CInt) = (3, 4)
        for descriptor in [lock, news] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        umask(0o022)
        signal(SIGPIPE, SIG_IGN)
        chidori_adopt_orphans()
        // Only root may go below what it was given.
        try? FilePath("/proc/self/oom_score_adj").writeSystemFile("-900")
        let signals = chidori_signal_descriptor([SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT], 5)

        let folder = AttemptFolder(FilePath(path))
        do {
            let own = try told("take its lock", folder.path) { () throws(Errno) in
                try AttemptLock(.shim, in: folder.path, isNew: false)
            }
            defer { _ = own.descriptor }
            let reserved = try told("reserve room for its end", folder.path) { () throws(Errno) in
                try ReservedRecord(in: folder.path)
            }
            let record = keep(folder, lock: lock, news: news, signals: signals)
            return publish(record, reserved, folder) ? 0 : 1
        } catch {
            complain(error.description)
            return 1
        }
    }

    private static func keep(_ folder: AttemptFolder, lock: CInt, news: CInt, signals: CInt) -> EndRecord {
        let order: LaunchOrder
        do {
            guard let found = try folder.order() else {
                return failed(token: 0, "there is no \(LaunchOrder.fileName)")
            }
            order = found
            if try folder.stopRequest() != nil {
                return EndRecord(token: order.token, reason: .stopped, endedAt: .now)
            }
        } catch {
            return failed(token: 0, error.description)
        }
        let log: OutputLog
        do throws(Errno) {
            log = try OutputLog(in: folder.path, order.log)
        } catch {
            return failed(token: order.token, "cannot write \(folder.path.appending(OutputLog.name)): \(error)")
        }
        let bell = folder.path.appending(AttemptFolder.bell).withPlatformString {
            open($0, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        }
        let process: SupervisedProcess
        do throws(SupervisedProcess.Refusal) {
            process = try SupervisedProcess.start(order, in: folder.path, lock: lock)
        } catch {
            return failed(token: order.token, error.message)
        }
        // Closed, so that the launcher goes on.
        let told = process.record.json.bytes
        _ = write(news, told, told.count)
        close(news)
        var vigil = Vigil(folder, order, process, log, signals: signals, bell: bell)
        return vigil.keep()
    }

    private static func failed(token: Int64, _ message: String) -> EndRecord {
        var record = EndRecord(token: token, reason: .launchFailed, endedAt: .now)
        record.message = message
        return record
    }

    /// Records the end. A disk that refuses now may not do so later; until then the attempt counts as alive.
    private static func publish(_ record: EndRecord, _ reserved: borrowing ReservedRecord, _ folder: AttemptFolder)
        -> Bool
    {
        for trial in 0..<600 {
            do throws(Errno) {
                try reserved.publish(record)
                return true
            } catch {
                if trial == 0 { complain("cannot record the end: \(error)") }
                // Somebody took the folder away: nobody will ask.
                if error == .noSuchFileOrDirectory { return false }
                sleep(1)
            }
        }
        return false
    }

    static func complain(_ text: String) {
        let line = "\(Moment.now) \(text)\n"
        _ = Array(line.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
