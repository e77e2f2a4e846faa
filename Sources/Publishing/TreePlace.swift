internal import CLinux
internal import Glibc
internal import SystemPackage

/// The place where a tree is published, and what is there before.
struct TreePlace {
    enum Occupant {
        case nothing
        case emptyFolder
        /// An environment of ours, which may be replaced.
        case environment
    }

    private let path: FilePath

    init(_ path: FilePath) {
        self.path = path
    }

    /// - Throws: `PublishingError` (`occupied`) where a tree may not be published over what is there.
    func occupant() throws -> Occupant {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            let error = Errno(rawValue: errno)
            if error == .noSuchFileOrDirectory { return .nothing }
            throw PublishingError(error, doing: "looked at", path: path.string)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw PublishingError(
                .occupied, subject: path.string, message: "is no folder", advice: "choose another place with --to")
        }
        if access(path.appending(TreeGlue.manifestName).string, F_OK) == 0 { return .environment }
        if rmdir(path.string) == 0 { return .nothing }
        throw PublishingError(
            .occupied, subject: path.string, message: "holds something that is no environment",
            advice: "choose a new or empty folder with --to, or move what is there away")
    }

    /// An empty folder beside the place.
    func makeDraft() throws -> FilePath {
        let parent = path.removingLastComponent()
        try Self.makeFolders(parent)
        var template = Array(parent.appending(".\(path.lastComponent?.string ?? "tree").XXXXXX").string.utf8CString)
        guard let made = mkdtemp(&template) else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
        let draft = FilePath(String(cString: made))
        chmod(draft.string, 0o755)
        return draft
    }

    func publish(_ draft: FilePath, over occupant: Occupant) throws {
        switch occupant {
        case .nothing, .emptyFolder:
            guard rename(draft.string, path.string) == 0 else {
                throw PublishingError(Errno(rawValue: errno), doing: "published", path: path.string)
            }
        case .environment:
            guard chidori_rename_exchange(draft.string, path.string) == 0 else {
                throw PublishingError(Errno(rawValue: errno), doing: "replaced", path: path.string)
            }
            Self.delete(draft)
        }
    }

    private static func makeFolders(_ path: FilePath) throws {
        if mkdir(path.string, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.lastComponent != nil else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
        try makeFolders(path.removingLastComponent())
        guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
    }

    /// Deletes a tree, never what its links lead to. What cannot be deleted stays: it is nobody's environment.
    static func delete(_ path: FilePath) {
        guard let folder = opendir(path.string) else {
            unlink(path.string)
            return
        }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let child = path.appending(name)
            if entry.pointee.d_type == UInt8(DT_DIR) { delete(child) } else { unlink(child.string) }
        }
        closedir(folder)
        rmdir(path.string)
    }
}
