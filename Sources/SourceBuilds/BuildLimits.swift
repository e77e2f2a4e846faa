internal import Glibc
internal import SystemPackage

/// What one build may take before it is ended.
public struct BuildLimits: Sendable, Equatable {
    public var time: Duration
    /// Bytes of all its processes together.
    public var memory: UInt64
    public var processes: Int
    /// Bytes that it prints.
    public var output: UInt64

    public init(time: Duration, memory: UInt64, processes: Int, output: UInt64) {
        self.time = time
        self.memory = memory
        self.processes = processes
        self.output = output
    }

    /// An hour, three quarters of the machine's memory, 4,096 processes, and 64 MiB of output.
    public static let standard = BuildLimits(
        time: .seconds(3600),
        memory: UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE))) / 4 * 3, processes: 4096,
        output: 64 << 20)
}

/// The processes below one, as `/proc` tells of them (proc(5)).
struct ProcessTree {
    var count = 0
    /// Bytes that lie in memory, what several share counted for each.
    var memory: UInt64 = 0

    init(below root: Int32) {
        var parents: [Int32: Int32] = [:]
        var pages: [Int32: UInt64] = [:]
        guard let folder = opendir("/proc") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = Int32(name), let facts = Self.facts(of: process) else { continue }
            parents[process] = facts.parent
            pages[process] = facts.pages
        }
        let pageSize = UInt64(sysconf(Int32(_SC_PAGESIZE)))
        var isBelow: [Int32: Bool] = [root: true]
        for process in parents.keys {
            var way: [Int32] = []
            var current = process
            while isBelow[current] == nil, let parent = parents[current] {
                way.append(current)
                current = parent
            }
            let answer = isBelow[current] ?? false
            for step in way { isBelow[step] = answer }
            guard isBelow[process] == true else { continue }
            count += 1
            memory += (pages[process] ?? 0) * pageSize
        }
    }

    private static func facts(of process: Int32) -> (parent: Int32, pages: UInt64)? {
        let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(file, &buffer, buffer.count)
        // The program's name stands in brackets, and may hold anything, brackets too.
        guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let words = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "))
        guard words.count > 21, let parent = Int32(String(decoding: words[1], as: UTF8.self)),
            let pages = UInt64(String(decoding: words[21], as: UTF8.self))
        else { return nil }
        return (parent, pages)
    }
}
