internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What keeps an environment on a shared volume.
public enum VolumeHold: Sendable, Equatable {
    /// A name, which means one environment until it is given to another.
    case name(String)
    /// A holder, for so many seconds from now by the volume's clock.
    case lease(String, seconds: Int64)
    /// A holder, until a time in seconds since 1970.
    case leaseUntil(String, Int64)
}

extension SharedVolume {
    /// Keeps an environment.
    ///
    /// - Returns: when the lease ends; `nil` for a name.
    func hold(_ folder: VolumeFolderName, by hold: VolumeHold) throws -> Int64? {
        switch hold {
        case .name(let name):
            try setName(name, to: folder)
            return nil
        case .lease(let holder, let seconds):
            let end = try look(again: leases).addingReportingOverflow(seconds)
            return try lease(folder, to: VolumeLease(holder: holder, end: end.overflow ? .max : end.partialValue))
        case .leaseUntil(let holder, let end):
            return try lease(folder, to: VolumeLease(holder: holder, end: end))
        }
    }

    /// Makes the names durable by which an environment, what it needs and what keeps it are found.
    func synchronize(_ folder: VolumeFolderName, heldBy hold: VolumeHold) throws {
        var folders = [packages, environments]
        switch hold {
        case .name: folders.append(names)
        case .lease, .leaseUntil: folders += [leases.appending(folder.description), leases]
        }
        for folder in folders {
            try attempt("written to the disk", folder) { () throws(Errno) in
                do throws(Errno) {
                    try folder.synchronizeNames()
                } catch .noSuchFileOrDirectory {
                    // A lease that is over already may have gone with its folder.
                }
            }
        }
    }

    /// Takes away what keeps an environment: one holder's leases, or a name. Nothing is deleted; a collector does that.
    ///
    /// - Returns: whether there was anything to take away.
    func release(_ folder: VolumeFolderName, by hold: String, isName: Bool) throws -> Bool {
        // Whoever used it until now has the collector's time to end.
        _ = try use(environments.appending(folder.description))
        guard isName else {
            let place = leases.appending(folder.description)
            let own = try leases(of: folder).filter { $0.holder == hold }
            for lease in own { unlink(place.appending(try lease.fileName()).string) }
            return !own.isEmpty
        }
        return try takeName(names.appending(try Self.linkName(hold, folder.links)), from: folder)
    }

    /// Takes a name from an environment. A publisher may give it to another one at any moment, so it is moved away first,
    /// where nobody else can, and then looked at; the other's is put back.
    ///
    /// - Returns: whether it was that environment's.
    func takeName(_ place: FilePath, from folder: VolumeFolderName) throws -> Bool {
        let target = "../envs/\(folder)"
        guard (try? place.linkText()) == target else { return false }
        let taken = drafts.appending(NewFile.uniqueName())
        do throws(Errno) {
            try place.move(to: taken)
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw PublishingError(error, doing: "taken away", path: place.string)
        }
        defer { unlink(taken.string) }
        let text = try attempt("looked at", taken) { () throws(Errno) in try taken.linkText() }
        guard text != target else { return true }
        // A name that was given meanwhile counts.
        guard symlink(text, place.string) == 0 || errno == EEXIST else {
            throw PublishingError(Errno(rawValue: errno), doing: "put back", path: place.string)
        }
        return false
    }
}
