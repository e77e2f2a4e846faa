internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What time it is on a volume, and how a machine makes sure that it sees what others did there.
extension SharedVolume {
    /// Makes a folder in another one and takes it away again.
    ///
    /// A client of a network file system answers from what it remembers for up to a minute. A change of its own tells it
    /// whether others have changed the folder since, and if they have, it asks the server for each name anew
    /// (close-to-open consistency knows nothing of names).
    ///
    /// - Returns: the file system's time, in seconds since 1970: that of the server, the same for all machines.
    @discardableResult
    func look(again folder: FilePath) throws -> Int64 {
        let probe = folder.appending(Self.probePrefix + NewFile.uniqueName())
        var status = stat()
        guard mkdir(probe.string, 0o700) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "written to", path: folder.string)
        }
        defer { rmdir(probe.string) }
        guard lstat(probe.string, &status) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "looked at", path: probe.string)
        }
        return Int64(status.st_mtim.tv_sec)
    }

    static let probePrefix = ".look-"

    /// The time by which something may be thought to be over: the file system's or this machine's, whichever is earlier.
    /// A clock that is ahead then ends nothing early, whosever it is; one that is behind keeps things for longer.
    func ends() throws -> (safe: Int64, difference: Int64) {
        let there = try look(again: drafts)
        let here = localTime()
        return (min(there, here), here - there)
    }

    /// When something was last said to be needed, in seconds since 1970 by the file system's clock; `nil` where it is not.
    func lastUse(of path: FilePath) throws -> Int64? {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            let error = Errno(rawValue: errno)
            if error == .noSuchFileOrDirectory { return nil }
            throw PublishingError(error, doing: "looked at", path: path.string)
        }
        return Int64(status.st_mtim.tv_sec)
    }

    /// Says that something is needed now, so that no collector takes it for old.
    ///
    /// - Returns: whether it is there.
    func use(_ path: FilePath) throws -> Bool {
        do throws(Errno) {
            try path.touch()
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            guard error == .permissionDenied || error == .notPermitted else {
                throw PublishingError(error, doing: "marked as used", path: path.string)
            }
            throw PublishingError(
                .refused, path.string, "belongs to another user, so this one cannot say that it is needed (\(error))",
                advice: "let all who publish to the volume be one user, its owner")
        }
    }
}
