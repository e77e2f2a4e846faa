internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Takes away what nobody needs on a shared volume: environments without a name or a living lease, packages that no
/// environment needs, what dead publishers left. Several may run at once, beside publishers, and each may be killed at any
/// moment: what it has done until then is undone or gone on with by the next one.
public struct VolumeCollector: Sendable {
    private let volume: SharedVolume
    private let policy: Policy

    /// How long things stay, in seconds.
    public struct Policy: Sendable {
        /// What was used within this time stays in its place.
        public var keepFor: Int64 = 86_400
        /// What was taken out of its place stays in the trash for this time, for whoever still reads it.
        public var trashFor: Int64 = 3600
        /// What is being made belongs to a dead machine if nothing was heard of it for this time.
        public var draftsFor: Int64 = 86_400

        public init() {}
    }

    public struct Outcome: Sendable {
        /// Environments and packages that went to the trash, by the names of their folders.
        public fileprivate(set) var environments: [String] = []
        public fileprivate(set) var packages: [String] = []
        /// What came back from the trash, because somebody needs it after all.
        public fileprivate(set) var returned: [String] = []
        /// What was deleted for good.
        public fileprivate(set) var deleted: [String] = []
        /// Unfinished work of dead machines.
        public fileprivate(set) var drafts = 0
        /// Leases that were over.
        public fileprivate(set) var leases = 0
        /// Environments that do not say what they need; as long as there are any, all packages stay.
        public fileprivate(set) var unreadable: [String] = []
        /// By how many seconds this machine's clock is ahead of the volume's.
        public fileprivate(set) var clockDifference: Int64 = 0
    }

    public init(_ volume: SharedVolume, policy: Policy = Policy()) {
        self.volume = volume
        self.policy = policy
    }

    /// - Parameter isRehearsal: whether to look only: what would go is told, and nothing does.
    /// - Throws: `PublishingError`.
    public func collect(isRehearsal: Bool = false) throws -> Outcome {
        try volume.whileThere {
            let (now, difference) = try volume.ends()
            var outcome = Outcome()
            outcome.clockDifference = difference
            try takeAway(at: now, isRehearsal, &outcome)
            try emptyTrash(isRehearsal, &outcome)
            try endLeases(at: now, isRehearsal, &outcome)
            try deleteDrafts(at: now, isRehearsal, &outcome)
            return outcome
        }
    }

    private static func isOver(_ since: Int64, _ duration: Int64, at now: Int64) -> Bool {
        let end = since.addingReportingOverflow(duration)
        return !end.overflow && end.partialValue <= now
    }

    /// The first step: moves to the trash what nobody needs and nobody used for a while.
    private func takeAway(at now: Int64, _ isRehearsal: Bool, _ outcome: inout Outcome) throws {
        let scan = try VolumeScan(volume, at: now)
        var folder: TrashFolder?
        func take(_ path: FilePath) throws -> Bool {
            // Looked at as late as can be: a publisher marks it before it relies on it.
            guard let used = try volume.lastUse(of: path), Self.isOver(used, policy.keepFor, at: now) else {
                return false
            }
            if isRehearsal { return true }
            let trash = try folder ?? TrashFolder(on: volume)
            folder = trash
            return try trash.take(path)
        }
        for name in try volume.environmentFolders() {
            guard let folder = VolumeFolderName(name), !scan.held.contains(folder) else { continue }
            if try take(volume.environments.appending(name)) { outcome.environments.append(name) }
        }
        guard scan.unreadable.isEmpty else { return }
        for name in try volume.packageFolders() where !scan.needed.contains(name) {
            if try take(volume.packages.appending(name)) { outcome.packages.append(name) }
        }
    }

    /// The second step: looks once more, when what was moved cannot be found any more by those who come now. Whoever
    /// found it before can be seen by now. What somebody needs is given back; the rest is deleted in its time.
    private func emptyTrash(_ isRehearsal: Bool, _ outcome: inout Outcome) throws {
        // Listed before the look, so that what is deleted had been moved away before it.
        let entries = try volume.trashEntries()
        let now = try volume.ends().safe
        let scan = try VolumeScan(volume, at: now)
        outcome.unreadable = scan.unreadable
        for entry in entries {
            guard let used = try volume.lastUse(of: entry.path) else { continue }
            if scan.needs(entry) || !Self.isOver(used, policy.keepFor, at: now) {
                if isRehearsal { continue }
                switch try giveBack(entry) {
                case .returned:
                    outcome.returned.append(entry.name)
                    continue
                case .gone: continue
                case .replaced: break
                }
            }
            guard Self.isOver(entry.since, policy.trashFor, at: now),
                entry.kind == "envs" || scan.unreadable.isEmpty
            else { continue }
            if try isRehearsal || delete(entry.path) { outcome.deleted.append(entry.name) }
        }
        guard !isRehearsal else { return }
        for name in try attempt("looked into", volume.trash, { () throws(Errno) in try volume.trash.folderNames() }) {
            // One that is not empty, or that another collector has just made, stays.
            let path = volume.trash.appending(name)
            let wasEmptied = entries.contains { $0.path.removingLastComponent() == path }
            if let since = try volume.lastUse(of: path),
                wasEmptied || Self.isOver(since, policy.draftsFor, at: now)
            {
                rmdir(path.string)
            }
        }
    }

    private enum Return {
        case returned
        /// Somebody else gave it back or deleted it.
        case gone
        /// Another one has been published in its place.
        case replaced
    }

    private func giveBack(_ entry: TrashEntry) throws -> Return {
        do throws(Errno) {
            try entry.path.move(to: entry.origin(on: volume))
            return .returned
        } catch .noSuchFileOrDirectory {
            return .gone
        } catch .fileExists, .directoryNotEmpty {
            return .replaced
        } catch {
            throw PublishingError(error, doing: "given back", path: entry.origin(on: volume).string)
        }
    }

    private static let deadPrefix = "dead-"

    /// Deletes something that may be large. It gets a name first from which nothing is ever given back: what is half
    /// deleted is nobody's.
    ///
    /// - Returns: whether it was there.
    private func delete(_ path: FilePath) throws -> Bool {
        let dead = volume.drafts.appending(Self.deadPrefix + NewFile.uniqueName())
        do throws(Errno) {
            try path.move(to: dead)
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw PublishingError(error, doing: "deleted", path: path.string)
        }
        try attempt("deleted", path) { () throws(Errno) in try dead.removeTree() }
        return true
    }

    /// An end is part of a lease's name, so that one that was renewed meanwhile is another file.
    private func endLeases(at now: Int64, _ isRehearsal: Bool, _ outcome: inout Outcome) throws {
        let leases = volume.leases
        for name in try attempt("looked into", leases, { () throws(Errno) in try leases.folderNames() }) {
            guard let folder = VolumeFolderName(name) else { continue }
            for lease in try volume.leases(of: folder) where lease.end <= now {
                outcome.leases += 1
                if !isRehearsal { unlink(leases.appending(name).appending(try lease.fileName()).string) }
            }
            if !isRehearsal { rmdir(leases.appending(name).string) }
        }
    }

    private func deleteDrafts(at now: Int64, _ isRehearsal: Bool, _ outcome: inout Outcome) throws {
        let drafts = volume.drafts
        for name in try attempt("looked into", drafts, { () throws(Errno) in try drafts.folderNames() }) {
            let path = drafts.appending(name)
            if name.hasPrefix(Self.deadPrefix) {
                // Another collector may be at it.
                if !isRehearsal { try? path.removeTree() }
                continue
            }
            guard let used = try volume.lastUse(of: path), Self.isOver(used, policy.draftsFor, at: now) else {
                continue
            }
            if try isRehearsal || delete(path) { outcome.drafts += 1 }
        }
        guard !isRehearsal else { return }
        for folder in [volume.environments, volume.packages, volume.names, volume.leases] {
            for name in try attempt("looked into", folder, { () throws(Errno) in try folder.folderNames() })
            where name.hasPrefix(SharedVolume.probePrefix) {
                let path = folder.appending(name)
                if let used = try volume.lastUse(of: path), Self.isOver(used, policy.draftsFor, at: now) {
                    rmdir(path.string)
                }
            }
        }
    }
}
