/// What led to an end, and what is said of it.
struct Ending: Equatable {
    /// How the program ended, as `waitpid` tells.
    enum Status: Equatable {
        case exited(Int32)
        case signalled(Int32)

        init(_ status: Int32) {
            let signal = status & 0x7f
            self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
        }
    }

    /// Why the shim itself began to end the program.
    enum Cause: Equatable {
        case stopRequest
        case timeLimit
        /// Bytes that it took, where the shim watches.
        case memory(Int64)
        /// The shim was told to end by a signal: the machine is being shut down.
        case signal(Int32)
    }

    var status: Status
    var cause: Cause?
    /// How many of its processes the kernel ended for want of memory.
    var outOfMemoryKills = 0
    /// Whether the want was of its own limit, and not of the machine's memory.
    var hitLimit = false

    func reason(_ limits: ProcessLimits) -> (EndRecord.Reason, String?) {
        switch cause {
        case .memory(let bytes):
            return (.outOfMemory, "took \(Self.size(bytes)), and may take \(Self.size(limits.memory ?? 0))")
        case .timeLimit:
            return (.timeLimit, "ran longer than \(Self.time(limits.time ?? 0))")
        case .stopRequest: return (.stopped, nil)
        case .signal(let number): return (.signal, "its shim was told to end by signal \(number)")
        case nil: break
        }
        if outOfMemoryKills > 0, status != .exited(0) {
            let what = outOfMemoryKills == 1 ? "a process of it" : "\(outOfMemoryKills) processes of it"
            let why =
                if hitLimit, let memory = limits.memory {
                    "it may take \(Self.size(memory))"
                } else {
                    "the machine had no more memory"
                }
            return (.outOfMemory, "the kernel ended \(what): \(why)")
        }
        switch status {
        case .exited(0): return (.completed, nil)
        case .exited: return (.error, nil)
        case .signalled: return (.signal, nil)
        }
    }

    /// In units of 1,024, as limits are given.
    static func size(_ bytes: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int64(tenths)) \(units[unit])" : "\(tenths) \(units[unit])"
    }

    private static func time(_ milliseconds: Int64) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
