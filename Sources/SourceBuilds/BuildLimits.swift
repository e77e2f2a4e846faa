internal import FileSystem
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
    /// Bytes that it may take of the disk. Of a disk with little left it may take half, or all but the last GiB.
    public var disk: UInt64

    public init(time: Duration, memory: UInt64, processes: Int, output: UInt64, disk: UInt64) {
        self.time = time
        self.memory = memory
        self.processes = processes
        self.output = output
        self.disk = disk
    }

    /// An hour, three quarters of the memory, 4,096 processes, 64 MiB of output and 64 GiB of disk.
    public static let standard = BuildLimits(
        time: .seconds(3600), memory: availableMemory / 4 * 3, processes: 4096, output: 64 << 20, disk: 64 << 30)

    /// The same for each of several builds at once, which share the memory.
    public func shared(among count: Int) -> BuildLimits {
        var limits = self
        limits.memory /= UInt64(max(1, count))
        return limits
    }

    /// The machine's memory, or what a container leaves of it (cgroup v2's `memory.max`, of this group and those above;
    /// v1's `memory.limit_in_bytes`).
    private static let availableMemory: UInt64 = {
        var least = UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        let groups = (try? FilePath("/proc/self/cgroup").fileContents(limit: 1 << 16)) ?? []
        for line in String(decoding: groups, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isUnified = parts[1].isEmpty
            guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
            let root = FilePath(isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory")
            var group = root.pushing(FilePath(String(parts[2].drop { $0 == "/" })))
            while true {
                let file = group.appending(isUnified ? "memory.max" : "memory.limit_in_bytes")
                if let bytes = try? file.fileContents(limit: 64),
                    let limit = UInt64(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
                {
                    least = min(least, limit)
                }
                guard group != root, group.starts(with: root) else { break }
                group.removeLastComponent()
            }
        }
        return least
    }()
}

/// What is taken of the disk since a moment, by a build and by whoever else writes to it.
struct DiskUse {
    private let folder: FilePath
    private let before: UInt64
    /// Bytes that may be taken.
    let most: UInt64

    init(of folder: FilePath, limits: BuildLimits) {
        self.folder = folder
        before = Self.free(folder)
        most = min(limits.disk, max(before / 2, before > 1 << 30 ? before - 1 << 30 : 0))
    }

    var isTooMuch: Bool {
        let now = Self.free(folder)
        return now < before && before - now > most
    }

    /// Bytes that a user may still write; 0 where the file system does not say.
    private static func free(_ folder: FilePath) -> UInt64 {
        var facts = statvfs()
        guard folder.withPlatformString({ statvfs($0, &facts) }) == 0 else { return 0 }
        return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    }
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
