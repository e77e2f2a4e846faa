internal import FileSystem
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
                .occupied, path.string, "is no folder", advice: "choose another place with --to")
        }
        if TreeGlue.isEnvironment(path) { return .environment }
        guard try isEmpty() else {
            throw PublishingError(
                .occupied, path.string, "holds something that is no environment",
                advice: "choose a new or empty folder with --to, or move what is there away")
        }
        return .emptyFolder
    }

    private func isEmpty() throws -> Bool {
        try attempt("looked into", path) { () throws(Errno) in
            var folder = try OpenFolder(path)
            return try folder.next() == nil
        }
    }

    /// An empty folder beside the place.
    func makeDraft() throws -> TreeDraft {
        let folder = path.removingLastComponent()
        try attempt("made", folder) { () throws(Errno) in try folder.makeFolders() }
        return try TreeDraft(for: path)
    }

    func publish(_ draft: TreeDraft, over occupant: Occupant) throws {
        switch occupant {
        case .nothing, .emptyFolder:
            // A folder takes an empty folder's place in one step; anything that came meanwhile is left alone.
            try attempt("published", path) { () throws(Errno) in try draft.path.move(to: path) }
            draft.forget()
        case .environment:
            try draft.hide()
            try attempt("replaced", path) { () throws(Errno) in
                if try !draft.path.exchange(with: path) { try replaceInTwoSteps(draft) }
            }
            draft.deletePredecessor()
        }
    }

    /// For file systems where two folders cannot change places (NFS): there is a moment with none.
    private func replaceInTwoSteps(_ draft: TreeDraft) throws(Errno) {
        let old = FilePath("\(draft.path).\(UInt64.random(in: .min ... .max))")
        try path.move(to: old)
        do {
            try draft.path.move(to: path)
        } catch {
            try? old.move(to: path)
            throw error
        }
        try? old.move(to: draft.path)
    }
}
