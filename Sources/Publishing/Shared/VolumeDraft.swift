internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A folder in the making on a shared volume, under a name that no other machine has; it gets its lasting name by one
/// rename, or goes with its maker.
///
/// What a dead machine left is told by its age alone, so a maker at work says now and then that it lives.
final class VolumeDraft: Sendable {
    let path: FilePath

    init(in volume: SharedVolume) throws {
        path = volume.drafts.appending(NewFile.uniqueName())
        guard mkdir(path.string, 0o755) == 0, chmod(path.string, 0o755) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
    }

    deinit { try? path.removeTree() }

    /// Gives the folder its lasting name.
    ///
    /// - Returns: `false` where another folder has it already; this one goes with its maker then.
    func publish(as destination: FilePath) throws -> Bool {
        var own = stat()
        guard lstat(path.string, &own) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "looked at", path: path.string)
        }
        do throws(Errno) {
            try path.move(to: destination)
            return true
        } catch .fileExists, .directoryNotEmpty {
            return false
        } catch {
            // A request whose answer was lost is sent again, and then its folder has moved already.
            var there = stat()
            if error == .noSuchFileOrDirectory, lstat(destination.string, &there) == 0 {
                return there.st_ino == own.st_ino
            }
            throw PublishingError(error, doing: "published", path: destination.string)
        }
    }

    /// Puts the folder into the place of a published one, which is left in the trash for whoever still reads it.
    func replace(_ published: FilePath, on volume: SharedVolume) throws {
        let place = try TrashFolder(on: volume).place(for: published)
        let isSwapped = try attempt("replaced", published) { () throws(Errno) in try path.exchange(with: published) }
        if isSwapped {
            // What was there has the draft's name now.
            try attempt("moved away", path) { () throws(Errno) in try path.move(to: place) }
            return
        }
        // There is a moment with none on file systems where two folders cannot change places (NFS).
        try attempt("moved away", published) { () throws(Errno) in try published.move(to: place) }
        do throws(Errno) {
            try path.move(to: published)
        } catch {
            try? place.move(to: published)
            throw PublishingError(error, doing: "replaced", path: published.string)
        }
    }
}
