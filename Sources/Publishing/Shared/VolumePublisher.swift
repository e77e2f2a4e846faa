public import ContentStore
internal import FileSystem
internal import Glibc
public import SystemPackage
public import Units
public import Workers

/// Publishes environments on a shared volume. Any number of machines may do so at once, beside any number of collectors,
/// and each may be killed at any moment.
public struct VolumePublisher: Sendable {
    public let volume: SharedVolume
    let store: ContentStore
    let workers: Workers

    /// - Parameter store: where the packages' files come from.
    public init(to volume: SharedVolume, from store: ContentStore, workers: Workers) {
        self.volume = volume
        self.store = store
        self.workers = workers
    }

    public struct Outcome: Sendable {
        public let path: FilePath
        /// Whether the folder was made now; not where it was there already.
        public let isNew: Bool
        /// How many packages were not on the volume yet.
        public let unpacked: Int
        public let links: Int
        public let conflicts: [TreePlan.Conflict]
        /// Files that were copied though hard links were asked for.
        public let copiedForLackOfLinks: Int
        /// When the lease ends, in seconds since 1970; `nil` where a name keeps the environment.
        public let end: Int64?
    }

    /// More often than others undo what one publisher does in any life.
    private static let rounds = 100

    /// The unpacked packages on the volume.
    var folders: PackageFolders { PackageFolders(in: store, at: volume.packages) }
    var trees: TreePublisher { TreePublisher(folders, workers: workers) }

    /// Publishes an environment and holds it.
    ///
    /// What it needs is marked as used first and looked for once more at the end, when the environment can be seen: a
    /// collector that has taken something away meanwhile either sees the environment and gives it back, or is seen here,
    /// and what it took is unpacked anew.
    ///
    /// - Parameter unpacked: called with each package that was not there.
    /// - Throws: `PublishingError`, `UnitsError`, `ArchiveError`, `StoreError`.
    public func publish(
        _ tree: VolumeTree, hold: VolumeHold, unpacked: @escaping @Sendable (Package) -> Void = { _ in }
    ) throws -> Outcome {
        try volume.whileThere {
            var done = Progress(plan: try? trees.knownPlan(tree.packageNames, python: tree.python))
            for _ in 0..<Self.rounds {
                if let outcome = try round(tree, hold, &done, unpacked) { return outcome }
            }
            throw PublishingError(
                .contended, volume.environments.appending(tree.folder.description).string,
                "was taken away \(Self.rounds) times while it was published",
                advice: "look whether a collector runs all the time with --keep-for 0, and try again")
        }
    }

    private struct Progress {
        var plan: TreePlan?
        var isNew = false
        var unpacked = 0
        var copied = 0
        var failures = 0
    }

    /// - Returns: `nil` where others did something meanwhile that makes it begin again.
    private func round(
        _ tree: VolumeTree, _ hold: VolumeHold, _ done: inout Progress, _ unpacked: @Sendable (Package) -> Void
    ) throws -> Outcome? {
        let place = volume.environments.appending(tree.folder.description)
        var needed = tree.packageNames
        var isThere = false
        switch try volume.look(at: place) {
        case .absent: break
        case .known(let record):
            guard try volume.use(place) else { return nil }
            try check(tree, against: place)
            isThere = true
            needed = record.needed
        case .unreadable(let why):
            throw PublishingError(
                .damagedVolume, place.string, "is damaged: \(why)",
                advice: "mend it with `chidori volume verify \(volume.root) --repair`")
        }
        done.unpacked += try bring(needed, of: tree, unpacked)
        if !isThere {
            do {
                guard try make(tree, at: place, &done) else { return nil }
            } catch let error as PublishingError where error.code == .refused {
                // A package may have been taken away while it was linked to, and be back by now.
                done.failures += 1
                guard error.cause as? Errno == .noSuchFileOrDirectory, done.failures < 10 else { throw error }
                return nil
            }
            done.isNew = true
            if tree.links == .copy { needed = [] }
        }
        // Seen by now, and whole: no collector takes a package of it from here on. Only then is it held, so that whatever
        // is held is whole, wherever its publisher was killed.
        try volume.look(again: volume.packages)
        let isWhole = try needed.allSatisfy { try volume.lastUse(of: volume.packages.appending($0)) != nil }
        guard isWhole else { return nil }
        let end = try volume.hold(tree.folder, by: hold)
        try volume.look(again: volume.environments)
        guard try volume.lastUse(of: place) != nil else { return nil }
        try volume.synchronize(tree.folder, heldBy: hold)
        return Outcome(
            path: place, isNew: done.isNew, unpacked: done.unpacked, links: done.plan?.links.count ?? 0,
            conflicts: done.plan?.conflicts ?? [], copiedForLackOfLinks: done.copied, end: end)
    }

    /// Whether an environment that is there will do for what is asked for. Its bytecode may be that of another build of
    /// the interpreter, and where it finds its interpreter is asked only where a place is named.
    private func check(_ tree: VolumeTree, against place: FilePath) throws {
        guard let wanted = tree.glue.interpreter?.string else { return }
        let link = place.appending("bin/python")
        let found = try? link.linkText()
        guard found != wanted else { return }
        throw PublishingError(
            .otherVariant, place.string,
            "is published already, with \(found.map { "the interpreter \($0)" } ?? "a launcher that finds its interpreter")",
            advice: "leave --python out, or publish with another interpreter to another volume")
    }

    /// Marks packages as used, and unpacks those that are not there.
    ///
    /// - Returns: how many were not.
    private func bring(
        _ names: [String], of tree: VolumeTree, _ unpacked: @Sendable (Package) -> Void
    ) throws -> Int {
        let missing = Set(try names.filter { try !volume.use(volume.packages.appending($0)) })
        guard !missing.isEmpty else { return 0 }
        var seen: Set<String> = []
        let packages = tree.packages.filter { missing.contains($0.folderName) && seen.insert($0.folderName).inserted }
        guard packages.count == missing.count else {
            throw PublishingError(
                .damagedVolume, volume.packages.appending(missing.sorted()[0]).string,
                "is not there, and the environment that needs it was published with other bytecode than is made here",
                advice: "mend it with `chidori volume verify \(volume.root) --repair` where it was published")
        }
        try unpack(packages)
        packages.forEach(unpacked)
        return packages.count
    }

    /// Unpacks packages under names that nobody has, and gives them theirs. Of several machines that do so at once one
    /// is first, and the others use what it has made.
    func unpack(_ packages: [Package]) throws {
        for (package, draft) in try drafts(of: packages) {
            _ = try draft.publish(as: volume.packages.appending(package.folderName))
        }
    }

    func drafts(of packages: [Package]) throws -> [(Package, VolumeDraft)] {
        let drafts = try packages.map { ($0, try VolumeDraft(in: volume)) }
        var here = stat()
        var there = stat()
        let shares =
            stat(store.packagesFolder.string, &here) == 0 && stat(volume.packages.string, &there) == 0
            && here.st_dev == there.st_dev
        try folders.fill(
            drafts.map { ($0.0, $0.1.path) }, workers: workers, neighbours: shares ? PackageFolders(in: store) : nil
        ) { folder in
            // Its maker lives.
            try attempt("written to", folder) { () throws(Errno) in try folder.touch() }
        }
        return drafts
    }

    /// - Returns: `false` where another machine was first.
    private func make(_ tree: VolumeTree, at place: FilePath, _ done: inout Progress) throws -> Bool {
        let plan =
            try tree.links == .symlink
            ? done.plan ?? trees.plan(tree.packages, python: tree.python, links: .symlink)
            : trees.plan(tree.packages, python: tree.python, links: tree.links)
        done.plan = plan
        let draft = try self.draft(tree, plan, at: place, copied: &done.copied)
        return try draft.publish(as: place)
    }

    /// The environment's folder under a name that nobody has, complete and on the disk.
    func draft(_ tree: VolumeTree, _ plan: TreePlan, at place: FilePath, copied: inout Int) throws -> VolumeDraft {
        let draft = try VolumeDraft(in: volume)
        let outcome = try trees.fill(
            draft.path, plan, tree.packageNames, links: tree.links, glue: tree.wholeGlue, destination: place)
        try attempt("written to the disk", draft.path) { () throws(Errno) in
            try draft.path.synchronizeFileSystem()
        }
        copied = outcome.copiedForLackOfLinks
        return draft
    }
}
