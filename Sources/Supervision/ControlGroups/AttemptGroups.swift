internal import CProcesses
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// The control groups of one attempt: what it may take, and who belongs to it.
struct AttemptGroups: Equatable {
    private(set) var memory: Group?
    private(set) var processor: Group?
    private(set) var members: Group?

    struct Group: Equatable {
        var version: Int
        var folder: FilePath
    }

    /// The groups that an attempt of this name has or had.
    init(_ places: ControlGroups, name: String) {
        func group(_ place: ControlGroups.Place?) -> Group? {
            place.map { Group(version: $0.version, folder: $0.parent.appending("chidori-\(name)")) }
        }
        memory = group(places.memory)
        processor = group(places.processor)
        members = group(places.members)
    }

    private var all: [Group] {
        var groups: [Group] = []
        for group in [memory, processor, members] {
            if let group, !groups.contains(group) { groups.append(group) }
        }
        return groups
    }

    var folders: [FilePath] { all.map(\.folder) }

    /// Makes the groups and sets their limits. What cannot be made is left out.
    ///
    /// - Returns: what does not work, for people.
    mutating func make(_ limits: ProcessLimits) -> [String] {
        var complaints: [String] = []
        func make(_ group: inout Group?, _ limit: (Group) throws(Errno) -> Void) {
            guard let made = group else { return }
            do {
                do throws(Errno) {
                    try uninterrupted { made.folder.withPlatformString { mkdir($0, 0o755) } }
                } catch .fileExists {}
                try limit(made)
            } catch {
                complaints.append("\(made.folder): \(error)")
                rmdir(made.folder.string)
                group = nil
            }
        }
        if limits.memory == nil { memory = nil }
        if limits.processor == nil { processor = nil }
        make(&memory) { group throws(Errno) in try Self.limitMemory(group, to: limits.memory ?? 0) }
        make(&processor) { group throws(Errno) in try Self.limitProcessor(group, to: limits.processor ?? 0) }
        make(&members) { _ throws(Errno) in }
        return complaints
    }

    private static func limitMemory(_ group: Group, to bytes: Int64) throws(Errno) {
        switch group.version {
        case 1:
            try group.folder.appending("memory.limit_in_bytes").writeSystemFile("\(bytes)")
            // Memory and swap together; not there where the kernel does not count swap.
            try? group.folder.appending("memory.memsw.limit_in_bytes").writeSystemFile("\(bytes)")
        default:
            try group.folder.appending("memory.max").writeSystemFile("\(bytes)")
            try? group.folder.appending("memory.swap.max").writeSystemFile("0")
        }
    }

    private static func limitProcessor(_ group: Group, to milliCores: Int64) throws(Errno) {
        // The kernel takes no less than 1 ms of each 100.
        let (period, quota) = (100_000, max(1000, milliCores * 100))
        switch group.version {
        case 1:
            try group.folder.appending("cpu.cfs_period_us").writeSystemFile("\(period)")
            try group.folder.appending("cpu.cfs_quota_us").writeSystemFile("\(quota)")
        default: try group.folder.appending("cpu.max").writeSystemFile("\(quota) \(period)")
        }
    }

    /// What a process needs to join the groups. The caller closes all of it.
    struct Entrances {
        /// Open files, to which a process writes 0.
        var doors: [CInt] = []
        /// The open folder of the last of them, if processes can be born there; else -1.
        var birthplace: CInt = -1

        var descriptors: [CInt] { doors + (birthplace >= 0 ? [birthplace] : []) }
    }

    func openEntrances() throws(Errno) -> Entrances {
        var entrances = Entrances()
        do {
            for group in all.sorted(by: { $0.version < $1.version }) {
                let path = group.folder.appending("cgroup.procs")
                entrances.doors.append(
                    try uninterrupted { path.withPlatformString { open($0, O_WRONLY | O_CLOEXEC) } })
                guard group.version == 2 else { continue }
                entrances.birthplace = try uninterrupted {
                    group.folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
                }
            }
        } catch {
            for descriptor in entrances.descriptors { close(descriptor) }
            throw error
        }
        return entrances
    }

    /// Who is in the groups now.
    var processes: Set<Int32> {
        var found: Set<Int32> = []
        for folder in folders {
            let bytes = (try? folder.appending("cgroup.procs").fileContents(limit: 1 << 20)) ?? []
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                if let process = Int32(String(decoding: line, as: UTF8.self)), process > 0 { found.insert(process) }
            }
        }
        return found
    }

    /// Ends all who are in the groups, those too that they start meanwhile.
    func kill() {
        guard let members else { return killEach() }
        switch members.version {
        case 2:
            do {
                try members.folder.appending("cgroup.kill").writeSystemFile("1")
            } catch {
                // A kernel before 5.14.
                killEach()
            }
        default:
            // Who is frozen starts nobody, and dies when thawed.
            let state = members.folder.appending("freezer.state")
            try? state.writeSystemFile("FROZEN")
            killEach()
            try? state.writeSystemFile("THAWED")
        }
    }

    private func killEach() {
        for process in processes {
            signal(process, SIGKILL) { self.processes.contains(process) }
        }
    }

    /// How often the kernel ended a process of the group for want of memory.
    var outOfMemoryKills: Int {
        guard let memory else { return 0 }
        let file = memory.version == 1 ? "memory.oom_control" : "memory.events"
        return Int(Self.value("oom_kill", in: memory.folder.appending(file)) ?? 0)
    }

    /// Whether it was at its limit: then a want of memory was its own, and not the machine's.
    var hitLimit: Bool {
        guard let memory else { return false }
        if memory.version == 2 {
            return Self.value("oom", in: memory.folder.appending("memory.events")) ?? 0 > 0
        }
        // Version 1 counts failures too, but recent kernels leave that at 0.
        guard let most = Self.number(in: memory.folder.appending("memory.max_usage_in_bytes")),
            let limit = Self.number(in: memory.folder.appending("memory.limit_in_bytes"))
        else { return false }
        return most >= limit
    }

    /// Memory that cannot be taken back, in bytes: what the processes have written, without the files that are cached.
    var memoryInUse: Int64? {
        guard let memory else { return nil }
        let file = memory.folder.appending("memory.stat")
        let names = memory.version == 1 ? ["total_rss", "total_shmem"] : ["anon", "shmem"]
        guard let own = Self.value(names[0], in: file) else { return nil }
        return own + (Self.value(names[1], in: file) ?? 0)
    }

    private static func number(in file: FilePath) -> Int64? {
        let bytes = (try? file.fileContents(limit: 256)) ?? []
        return Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// The number behind a word at the beginning of a line.
    static func value(_ name: String, in file: FilePath) -> Int64? {
        let bytes = (try? file.fileContents(limit: 64 << 10)) ?? []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            if words.count == 2, words[0].elementsEqual(name.utf8) {
                return Int64(String(decoding: words[1], as: UTF8.self))
            }
        }
        return nil
    }

    /// Takes the groups away once nobody is in them.
    ///
    /// - Returns: whether they are gone.
    @discardableResult
    func remove() -> Bool {
        var isGone = true
        for folder in folders where rmdir(folder.string) != 0 && errno != ENOENT { isGone = false }
        return isGone
    }
}
