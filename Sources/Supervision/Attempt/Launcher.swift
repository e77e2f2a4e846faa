internal import CProcesses
internal import FileSystem
internal import Glibc
internal import JSONDocument
public import SystemPackage

/// Starts programs that outlive this process, each under a shim of its own: this same program, called with other words.
public struct Launcher: Sendable {
    /// The shim's program, and the words before the folder's path.
    public var program: FilePath
    public var words: [String]

    /// - Parameters:
    ///   - program: by default this very program, also where its file was replaced meanwhile.
    ///   - words: the program's own name, and what makes it call ``Shim/run(folder:)``.
    public init(program: FilePath = "/proc/self/exe", words: [String] = ["chidori", Shim.command]) {
        self.program = program
        self.words = words
    }

    /// Whether programs can be shown accounts of their own (``ProcessUser/accounts``): tried once.
    public static let canNameUsers = getuid() == 0 && chidori_can_unshare_mounts()

    /// Starts what the order says in a folder that the caller has just made, and returns once the program runs. Blocks for
    /// some milliseconds.
    ///
    /// The attempt's lock is taken before anything is started and handed on from process to process, so that a free lock
    /// means that nothing lives and nothing will.
    ///
    /// - Throws: ``SupervisionError``; then nothing of the attempt lives, or ever will.
    public func launch(_ order: LaunchOrder, in folder: AttemptFolder) throws(SupervisionError) -> StartRecord {
        let lock: AttemptLock
        do throws(Errno) {
            lock = try AttemptLock(.attempt, in: folder.path, isNew: true)
        } catch .fileExists {
            throw SupervisionError(.exists, folder.path.string, "was launched before")
        } catch {
            throw .folder(folder.path, "make the attempt's file", error)
        }
        try told("write the order", folder.path) { () throws(Errno) in
            let bell = folder.path.appending(AttemptFolder.bell)
            try uninterrupted { bell.withPlatformString { mkfifo($0, 0o600) } }
            // Whole before there is a shim to read it; durable with the start, if it comes to that.
            var order = order
            order.root = folder.root
            let file = try NewFile(at: folder.path.appending(LaunchOrder.fileName), mode: 0o600)
            try file.write(order.json.bytes)
            file.keep()
        }
        if try folder.stopRequest() != nil { throw Self.stopped(folder) }

        let (reading, writing) = try told("make a pipe", folder.path) { () throws(Errno) in try Self.pipe() }
        defer { close(reading) }
        do {
            defer { close(writing) }
            try startShim(folder, lock: lock.descriptor, news: writing)
        }
        let news = try told("hear from the shim", folder.path) { () throws(Errno) in
            var bytes: [UInt8] = []
            let reader = FileReader(reading, chunk: 4096)
            while let piece = try reader.next() { bytes += piece }
            return bytes
        }
        if let start = try? StartRecord(parsing: news) { return start }
        // The shim said nothing and is gone, or is about to be.
        if let end = try folder.end() {
            if end.reason == .stopped { throw Self.stopped(folder) }
            throw SupervisionError(.cannotStart, order.command.first ?? "", end.message ?? "cannot be started")
        }
        if let start = try folder.start() { return start }
        throw SupervisionError(
            .cannotStart, folder.path.string, "its shim ended before it started anything",
            advice: "see \(folder.path.appending(Shim.complaints))")
    }

    private func startShim(_ folder: AttemptFolder, lock: CInt, news: CInt) throws(SupervisionError) {
        let path = folder.path.appending(Shim.complaints)
        let complaints = try told("make the file", path) { () throws(Errno) in
            try uninterrupted {
                path.withPlatformString { open($0, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600) }
            }
        }
        defer { close(complaints) }
        let argv = (words + [folder.path.string]).map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        try told("start its shim", folder.path) { () throws(Errno) in
            try uninterrupted {
                chidori_start_detached(program.string, argv, [nil], complaints, [lock, news], 2)
            }
        }
    }

    private static func stopped(_ folder: AttemptFolder) -> SupervisionError {
        SupervisionError(.stopped, folder.path.string, "was told to stop before it began")
    }

    private static func pipe() throws(Errno) -> (CInt, CInt) {
        let ends = try FileDescriptor.pipe(options: .closeOnExec)
        return (ends.readEnd.rawValue, ends.writeEnd.rawValue)
    }
}
