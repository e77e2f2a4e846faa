internal import CLinux
internal import Glibc
internal import SystemPackage

/// The place where a tree is published, and what is there before.
struct TreePlace {
    enum Occupant: Equatable {
        case nothing
        /// An empty folder, which the tree takes the place of.
        case emptyFolder
        /// An environment of ours, which may be replaced.
        case environment
    }

    private let path: FilePath

    /// - Parameter path: absolute.
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
        if TreeGlue.isEnvironment(path) { return .environment }
        guard try isEmpty() else {
            throw PublishingError(
                .occupied, subject: path.string, message: "holds something that is no environment",
                advice: "choose a new or empty folder with --to, or move what is there away")
        }
        return .emptyFolder
    }

    private func isEmpty() throws -> Bool {
        guard let folder = opendir(path.string) else {
            throw PublishingError(Errno(rawValue: errno), doing: "looked into", path: path.string)
        }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { return false }
            let isSelf = entry.pointee.d_name.1 == 0
            let isParent = entry.pointee.d_name.1 == CChar(UInt8(ascii: ".")) && entry.pointee.d_name.2 == 0
            if !isSelf && !isParent { return false }
        }
        return true
    }

    /// An empty folder beside the place.
    func makeDraft() throws -> TreeDraft {
        try Self.makeFolders(path.removingLastComponent())
        return try TreeDraft(for: path)
    }

    func publish(_ draft: TreeDraft, over occupant: Occupant) throws {
        switch occupant {
        case .nothing, .emptyFolder:
            // A folder takes an empty folder's place in one step; anything that came meanwhile is left alone.
            guard rename(draft.path.string, path.string) == 0 else { throw refused("published") }
            draft.forget()
        case .environment:
            try draft.hide()
            if chidori_rename_exchange(draft.path.string, path.string) != 0 {
                guard errno == EINVAL || errno == ENOSYS else { throw refused("replaced") }
                try replaceInTwoSteps(draft)
            }
            draft.deletePredecessor()
        }
    }

    /// For file systems where two folders cannot change places (NFS): there is a moment with none.
    private func replaceInTwoSteps(_ draft: TreeDraft) throws {
        let old = FilePath("\(draft.path).\(UInt64.random(in: .min ... .max))")
        guard rename(path.string, old.string) == 0 else { throw refused("replaced") }
        guard rename(draft.path.string, path.string) == 0 else {
            let error = refused("replaced")
            _ = rename(old.string, path.string)
            throw error
        }
        _ = rename(old.string, draft.path.string)
    }

    private func refused(_ what: String) -> PublishingError {
        PublishingError(Errno(rawValue: errno), doing: what, path: path.string)
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
}
