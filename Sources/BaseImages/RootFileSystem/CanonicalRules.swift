internal import Archive

/// What makes two root file systems that were built from the same packages the same bytes: what is left out, in which
/// order the rest stands, and which times it bears.
struct CanonicalRules: Sendable {
    private let excluded: PathPatterns
    private let included: PathPatterns
    private let dropped: PathPatterns
    private let epoch: UInt64

    /// Left out of every base: what belongs to a running system, to the machine that built it, or to tools that are not
    /// in the image. Folders that a container's runtime mounts over stay, empty.
    private static let never = [
        "dev/*", "proc/*", "sys/*", "run/*", "tmp/*", "var/tmp/*", "var/log/*", "var/cache/*", "var/lib/apt", "etc/apt",
        "etc/resolv.conf", "etc/hostname", "etc/hosts", "etc/machine-id", "etc/.pwd.lock", "etc/passwd-", "etc/group-",
        "etc/shadow-", "etc/gshadow-", "etc/subuid-", "etc/subgid-", "etc/ld.so.cache~", "var/lib/dpkg/*-old",
        "var/lib/dpkg/lock*", "var/lib/dpkg/available", "var/lib/dpkg/parts", "var/lib/dpkg/updates/*",
        "var/lib/dpkg/triggers/Lock",
    ]

    /// - Parameters:
    ///   - exclude: patterns of the definition.
    ///   - include: exceptions from them.
    ///   - epoch: no time is later than this.
    init(exclude: [String], include: [String], epoch: Int64) {
        excluded = PathPatterns(exclude)
        included = PathPatterns(include)
        dropped = PathPatterns(Self.never)
        self.epoch = UInt64(max(0, epoch))
    }

    /// Folders are kept for now: one that is left out may hold what is not.
    func keeps(_ header: TarHeader) -> Bool {
        switch header.kind {
        case .directory: return !dropped.match(header.path)
        case .characterDevice, .blockDevice, .fifo: return false
        case .file, .symbolicLink, .hardLink: break
        }
        if dropped.match(header.path) { return false }
        return !excluded.match(header.path) || included.match(header.path)
    }

    /// Sorts, clamps and cleans what was read.
    func apply(to root: inout RootFileSystem) throws {
        nameHardLinks(&root.entries)
        removeEmptied(&root.entries)
        for index in root.entries.indices {
            root.entries[index].header.modified = min(root.entries[index].header.modified, epoch)
            if root.entries[index].header.path == "var/lib/dpkg/status" {
                // dpkg writes packages in the order in which a solver had them installed.
                let text = String(decoding: try root.content(of: root.entries[index]), as: UTF8.self)
                let sorted = ControlStanza.parse(text).sorted {
                    ($0["Package"] ?? "", $0["Architecture"] ?? "") < ($1["Package"] ?? "", $1["Architecture"] ?? "")
                }
                let content = Array(sorted.map(\.text).joined(separator: "\n").utf8)
                root.entries[index].content = content
                root.entries[index].header.size = UInt64(content.count)
            }
        }
        root.entries.sort { $0.header.path.utf8.lexicographicallyPrecedes($1.header.path.utf8) }
    }

    /// Of several names of one file the first in order becomes the file, the others links to it; a file whose other
    /// names are left out is a file.
    private func nameHardLinks(_ entries: inout [RootFileSystem.Entry]) {
        var byTarget: [String: [Int]] = [:]
        var places: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            places[entry.header.path] = index
            if case .hardLink(let target) = entry.header.kind { byTarget[target, default: []].append(index) }
        }
        for (target, links) in byTarget {
            guard let original = places[target] else { continue }
            let names = links + [original]
            let content = entries[original]
            guard
                let first = names.min(by: {
                    entries[$0].header.path.utf8.lexicographicallyPrecedes(entries[$1].header.path.utf8)
                })
            else { continue }
            let name = entries[first].header.path
            for index in names {
                let path = entries[index].header.path
                entries[index] = content
                entries[index].header.path = path
                if index != first {
                    entries[index].header.kind = .hardLink(target: name)
                    entries[index].header.size = 0
                }
            }
        }
    }

    /// Leaves out the folders that the definition excludes, where nothing is left in them.
    private func removeEmptied(_ entries: inout [RootFileSystem.Entry]) {
        var needed: Set<Substring> = []
        for entry in entries where entry.header.kind != .directory || !isExcluded(entry.header.path) {
            var path = entry.header.path[...]
            while let slash = path.lastIndex(of: "/") {
                path = path[..<slash]
                if !needed.insert(path).inserted { break }
            }
        }
        entries.removeAll { entry in
            entry.header.kind == .directory && isExcluded(entry.header.path)
                && !needed.contains(entry.header.path[...])
        }
    }

    private func isExcluded(_ path: String) -> Bool { excluded.match(path) && !included.match(path) }
}
