internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What a machine's clocks show at one moment.
public struct MachineTime: Sendable, Equatable {
    /// Seconds since 1970, as the machine believes (`CLOCK_REALTIME`): it may be set to anything at any moment.
    public var wall: Int64
    /// Seconds since the machine was started, sleep included (`CLOCK_BOOTTIME`): never set.
    public var uptime: Int64
    /// Which start of which machine that was.
    public var boot: String

    public init(wall: Int64, uptime: Int64, boot: String) {
        self.wall = wall
        self.uptime = uptime
        self.boot = boot
    }

    /// As it is now.
    public static var now: MachineTime {
        var uptime = timespec()
        clock_gettime(CLOCK_BOOTTIME, &uptime)
        return MachineTime(wall: Int64(time(nil)), uptime: Int64(uptime.tv_sec), boot: thisBoot)
    }

    /// Linux's own name for it; where that cannot be read, one of no other process.
    private static let thisBoot: String = {
        let bytes = (try? FilePath("/proc/sys/kernel/random/boot_id").fileContents(limit: 256)) ?? []
        let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? "process \(getpid())" : text
    }()
}
