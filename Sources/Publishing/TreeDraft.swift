internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A tree in the making, under a hidden name beside its place. It is locked as long as its maker lives, so that whoever
/// comes next can tell what a killed process has left.
final class TreeDraft {
    private(set) var path: FilePath
    private let descriptor: CInt
    private var exists = true

    /// - Throws: `PublishingError` (`refused`).
    init(for place: FilePath) throws {
        let usual = place.removingLastComponent().appending(".\(place.lastComponent?.string ?? "tree").draft")
        Self.deleteIfAbandoned(usual)
        if mkdir(usual.string, 0o755) == 0, let descriptor = Self.lock(usual) {
            self.descriptor = descriptor
            path = usual
        } else {
            // Another process is making the same tree: both may, and the last rename wins.
            var template = Array((usual.string + ".XXXXXX").utf8CString)
            guard let made = mkdtemp(&template) else {
                throw PublishingError(Errno(rawValue: errno), doing: "made", path: place.string)
            }
            path = FilePath(platformString: made)
            guard let descriptor = Self.lock(path) else {
                throw PublishingError(Errno(rawValue: errno), doing: "opened", path: path.string)
            }
            self.descriptor = descriptor
        }
        guard fchmod(descriptor, 0o755) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
    }

    deinit {
        close(descriptor)
    }

    /// The tree has its lasting name.
    func forget() { exists = false }

    /// Takes a name that nobody else looks at, so that what changes places with the tree, and bears no lock, is not taken
    /// for an abandoned draft, whose name another maker of the same tree then has.
    ///
    /// - Throws: `PublishingError` (`refused`).
    func hide() throws {
        let hidden = FilePath("\(path).\(UInt64.random(in: .min ... .max))")
        try attempt("renamed", path) { () throws(Errno) in try path.move(to: hidden) }
        path = hidden
    }

    /// The tree has its lasting name, and what had that name before is under the draft's: it is deleted.
    func deletePredecessor() {
        guard exists else { return }
        exists = false
        // Never what a link of that name leads to.
        guard let folder = try? OpenFolder(path.string, in: AT_FDCWD) else { return }
        // Whatever came there since it was looked at is somebody else's.
        if TreeGlue.isEnvironment(path) { Self.delete(contentsOf: folder.descriptor) }
        rmdir(path.string)
    }

    /// Deletes the draft.
    func delete() {
        guard exists else { return }
        exists = false
        Self.delete(contentsOf: descriptor)
        rmdir(path.string)
    }

    /// In a folder that many may write to, what has a draft's name may be somebody else's: that is left alone.
    private static func deleteIfAbandoned(_ path: FilePath) {
        guard let descriptor = lock(path) else { return }
        defer { close(descriptor) }
        var held = stat()
        guard fstat(descriptor, &held) == 0, held.st_uid == geteuid() else { return }
        delete(contentsOf: descriptor)
        rmdir(path.string)
    }

    /// Locks a folder; `nil` if it is not there, somebody holds it, or it was renamed before it could be locked.
    private static func lock(_ path: FilePath) -> CInt? {
        let descriptor = open(path.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var held = stat()
        var named = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0,
            lstat(path.string, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Deletes what is in an open folder, whatever its name leads to by now, and never what links lead to.
    /// What cannot be deleted stays: it is nobody's environment.
    private static func delete(contentsOf descriptor: CInt) {
        guard var folder = try? OpenFolder(".", in: descriptor) else { return }
        while let entry = try? folder.next() {
            // What is no folder is unlinked, a link among it; only a folder refuses.
            if unlinkat(descriptor, entry.name, 0) == 0 { continue }
            guard let below = try? OpenFolder(entry.name, in: descriptor) else { continue }
            delete(contentsOf: below.descriptor)
            unlinkat(descriptor, entry.name, AT_REMOVEDIR)
        }
    }
}
