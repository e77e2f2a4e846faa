internal import FileSystem
internal import Glibc
internal import SystemPackage

/// How much memory the shim's descendants hold, for machines where the kernel does not limit it.
struct MemoryWatch {
    let limit: Int64
    private(set) var peak: Int64 = 0

    init(limit: Int64) {
        self.limit = limit
    }

    /// Looks, and tells how much there is and when to look again: the closer to the limit the sooner.
    mutating func look() -> (bytes: Int64, nextIn: Int64) {
        let processes = ProcessTable.descendants(of: [getpid()]).map(\.process)
        // Pages that several share count for each of them here: never too few.
        var bytes = processes.reduce(0) { $0 + Self.resident($1) }
        // What they really hold takes the kernel longer to tell.
        if bytes > limit { bytes = processes.reduce(0) { $0 + (Self.proportional($1) ?? Self.resident($1)) } }
        peak = max(peak, bytes)
        return (bytes, bytes > limit / 2 ? 100 : bytes > limit / 4 ? 250 : 1000)
    }

    /// `/proc/PID/statm`, the second number: pages.
    private static func resident(_ process: Int32) -> Int64 {
        guard let bytes = try? FilePath("/proc/\(process)/statm").fileContents(limit: 4096) else { return 0 }
        let fields = bytes.split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int64(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Pages that nobody can take back, each shared one in parts: `/proc/PID/smaps_rollup`.
    private static func proportional(_ process: Int32) -> Int64? {
        guard let bytes = try? FilePath("/proc/\(process)/smaps_rollup").fileContents(limit: 16 << 10) else {
            return nil
        }
        var sum: Int64?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 3,
                words[0].elementsEqual("Pss_Anon:".utf8) || words[0].elementsEqual("Pss_Shmem:".utf8),
                let kibibytes = Int64(String(decoding: words[1], as: UTF8.self))
            else { continue }
            sum = (sum ?? 0) + kibibytes << 10
        }
        return sum
    }
}
