internal import CProcesses
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// One process, whoever has its number later: the number, when it was started, and since which start of the machine.
public struct ProcessIdentity: Sendable, Hashable {
    public var process: Int32
    /// Clock ticks since the machine was started (proc(5), field 22 of `stat`).
    public var startTicks: UInt64
    public var boot: String

    public init(process: Int32, startTicks: UInt64, boot: String) {
        self.process = process
        self.startTicks = startTicks
        self.boot = boot
    }

    /// The process that has this number now.
    public init?(of process: Int32) {
        guard let facts = ProcessFacts(of: process) else { return nil }
        self.init(process: process, startTicks: facts.startTicks, boot: Self.boot)
    }

    /// Names this start of the machine (random(4), `boot_id`).
    public static let boot: String = {
        let bytes = (try? FilePath("/proc/sys/kernel/random/boot_id").fileContents(limit: 256)) ?? []
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()

    /// Whether it is this process that has the number, and has not ended.
    public var isAlive: Bool {
        guard boot == Self.boot, let facts = ProcessFacts(of: process) else { return false }
        return facts.startTicks == startTicks && !facts.hasEnded
    }
}

/// Sends a process a signal only if it still is the one that is meant when nobody else can have its number any more.
///
/// - Parameter isMeant: asked when the process is held by a descriptor (`pidfd_open(2)`), so that its number cannot pass
///   on between the question and the signal.
/// - Returns: whether a signal was sent.
@discardableResult
func signal(_ process: Int32, _ number: Int32, if isMeant: () -> Bool) -> Bool {
    guard process > 1 else { return false }
    let held = chidori_process_descriptor(process)
    if held < 0 {
        // A kernel before 5.3.
        guard errno == ENOSYS, isMeant() else { return false }
        return kill(process, number) == 0
    }
    defer { close(held) }
    return isMeant() && chidori_signal_process(held, number) == 0
}

extension ProcessIdentity {
    /// How long ago it was started, the time that the machine slept included; `nil` where the machine was started since.
    public var age: Duration? {
        guard boot == Self.boot else { return nil }
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let ticks = Int64(sysconf(Int32(_SC_CLK_TCK)))
        let started = Duration.milliseconds(Int64(clamping: startTicks) * 1000 / max(1, ticks))
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec) - started
    }
}
