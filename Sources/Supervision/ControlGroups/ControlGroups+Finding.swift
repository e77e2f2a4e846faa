internal import FileSystem
internal import Glibc
public import SystemPackage

extension ControlGroups {
    /// Looks where this process may make groups: below its own ones, or, in the unified hierarchy, below the nearest one
    /// above that hands controllers on. What is found was tried.
    ///
    /// - Parameter root: where the system's files are: `/`.
    public static func find(root: FilePath = "/") -> ControlGroups {
        let hierarchies = hierarchies(root)
        var groups = ControlGroups()
        for hierarchy in hierarchies where !hierarchy.isUnified {
            if hierarchy.controllers.contains("memory") {
                groups.memory = hierarchy.place(root, needing: "memory.limit_in_bytes")
            }
            if hierarchy.controllers.contains("cpu") {
                groups.processor = hierarchy.place(root, needing: "cpu.cfs_quota_us")
            }
            if hierarchy.controllers.contains("freezer") {
                groups.members = hierarchy.place(root, needing: "freezer.state")
            }
        }
        guard let unified = hierarchies.first(where: \.isUnified) else { return groups }
        // A process is in one group of the unified hierarchy: what is still wanted must be had in one place.
        let memory = groups.memory == nil ? ["memory.max"] : []
        let processor = groups.processor == nil ? ["cpu.max"] : []
        for wanted in [memory + processor, memory, processor, []] {
            guard let place = unified.unifiedPlace(root, needing: wanted) else { continue }
            if wanted.contains("memory.max") { groups.memory = place }
            if wanted.contains("cpu.max") { groups.processor = place }
            groups.members = place
            break
        }
        return groups
    }

    static func hierarchies(_ root: FilePath) -> [Hierarchy] {
        Hierarchy.all(
            mounts: text(root.appending("proc/self/mountinfo")), membership: text(root.appending("proc/self/cgroup")))
    }

    private static func text(_ path: FilePath) -> String {
        String(decoding: (try? path.fileContents(limit: 1 << 20)) ?? [], as: UTF8.self)
    }

    /// One mounted hierarchy, and where in it this process is.
    struct Hierarchy: Equatable {
        var isUnified: Bool
        var controllers: Set<String>
        var mount: FilePath
        /// The folder of this process's own group.
        var own: FilePath

        /// - Parameters:
        ///   - mounts: `/proc/self/mountinfo` (proc(5)).
        ///   - membership: `/proc/self/cgroup` (cgroups(7)).
        static func all(mounts: String, membership: String) -> [Hierarchy] {
            var paths: [(controllers: Set<String>, path: String)] = []
            for line in membership.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { continue }
                paths.append((Set(parts[1].split(separator: ",").map(String.init)), String(parts[2])))
            }
            return mounts.split(separator: "\n").compactMap { line in
                let fields = line.split(separator: " ")
                guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, dash > 5 else { return nil }
                let isUnified = fields[dash + 1] == "cgroup2"
                guard isUnified || fields[dash + 1] == "cgroup" else { return nil }
                let options = Set(fields[dash + 3].split(separator: ",").map(String.init))
                let membership = paths.first {
                    isUnified ? $0.controllers.isEmpty : !$0.controllers.isEmpty && $0.controllers.isSubset(of: options)
                }
                guard let membership else { return nil }
                // A container sees a part of the hierarchy as the whole.
                let root = String(fields[3])
                var path = membership.path
                if root != "/" {
                    guard path == root || path.hasPrefix(root + "/") else { return nil }
                    path.removeFirst(root.count)
                }
                let mount = FilePath(String(fields[4]))
                let own = mount.pushing(FilePath(String(path.drop { $0 == "/" })))
                return Hierarchy(
                    isUnified: isUnified, controllers: isUnified ? [] : membership.controllers, mount: mount, own: own)
            }
        }

        /// Below the process's own group.
        func place(_ root: FilePath, needing file: String) -> Place? {
            let folder = Self.below(root, own)
            return Self.canMakeGroup(in: folder, having: [file])
                ? Place(version: isUnified ? 2 : 1, parent: folder) : nil
        }

        /// The nearest group, from the process's own one upward, whose children have these files. A group that holds
        /// processes has no children with controllers (cgroups(7), "no internal processes"); one that holds none, and
        /// was handed to us, is told to hand its controllers on.
        func unifiedPlace(_ root: FilePath, needing files: [String]) -> Place? {
            var group = own
            var steps = 0
            while true {
                let folder = Self.below(root, group)
                if steps <= 1, group != mount { Self.handOn(in: folder) }
                if Self.canMakeGroup(in: folder, having: files), Self.mayMove(to: folder) {
                    return Place(version: 2, parent: folder)
                }
                guard group != mount, group.lastComponent != nil else { return nil }
                group.removeLastComponent()
                steps += 1
            }
        }

        private static func handOn(in folder: FilePath) {
            guard let processes = try? folder.appending("cgroup.procs").fileContents(limit: 1 << 20), processes.isEmpty
            else { return }
            for controller in ["+memory", "+cpu"] {
                try? folder.appending("cgroup.subtree_control").writeSystemFile(controller)
            }
        }

        /// A process moves only for whoever may write the group that both places have in common.
        private static func mayMove(to folder: FilePath) -> Bool {
            access(folder.appending("cgroup.procs").string, W_OK) == 0
        }

        private static func canMakeGroup(in folder: FilePath, having files: [String]) -> Bool {
            let trial = folder.appending("chidori-trial-\(NewFile.uniqueName())")
            guard mkdir(trial.string, 0o755) == 0 else { return false }
            defer { rmdir(trial.string) }
            return (files + ["cgroup.procs"]).allSatisfy { access(trial.appending($0).string, W_OK) == 0 }
        }

        static func below(_ root: FilePath, _ path: FilePath) -> FilePath {
            root == "/" ? path : root.pushing(FilePath(String(path.string.drop { $0 == "/" })))
        }
    }
}

extension FilePath {
    /// Writes to a file of the system's, in one call.
    func writeSystemFile(_ text: String) throws(Errno) {
        let descriptor = try uninterrupted { withPlatformString { open($0, O_WRONLY | O_CLOEXEC) } }
        defer { close(descriptor) }
        var text = text
        try uninterrupted { text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) } }
    }
}
