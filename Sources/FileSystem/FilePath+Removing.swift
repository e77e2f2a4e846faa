internal import Glibc
public import SystemPackage

extension FilePath {
    /// Deletes the file, link, or folder with all that is in it. Nothing there is no error.
    ///
    /// Safe where somebody else may write below: nothing outside is reached, whatever links are put in the way meanwhile,
    /// and folders may be nested as deep as they like.
    public func removeTree() throws(Errno) {
        guard let name = lastComponent else { return }
        let parent = removingLastComponent().isEmpty ? "." : removingLastComponent()
        guard parent.isThere else { return }
        let above = try OpenFolder(parent)
        if try removed(above.descriptor, name.string) { return }
        try emptyInner(name.string, in: above.descriptor)
        try uninterrupted { unlinkat(above.descriptor, name.string, AT_REMOVEDIR) }
    }
}

/// How deep folders are entered before they are moved up: a stack and the number of open files have ends.
private let deepest = 64

/// Deletes whatever is in an open folder.
private func empty(_ folder: CInt, of top: CInt, depth: Int) throws(Errno) {
    while true {
        var entries = try OpenFolder(".", in: folder)
        var isEmpty = true
        while let entry = try entries.next() {
            isEmpty = false
            if try removed(folder, entry.name) { continue }
            if depth >= deepest {
                try uninterrupted { renameat(folder, entry.name, top, ".\(NewFile.uniqueName())") }
                continue
            }
            try emptyInner(entry.name, in: folder, of: top, depth: depth + 1)
            do throws(Errno) {
                try uninterrupted { unlinkat(folder, entry.name, AT_REMOVEDIR) }
            } catch .noSuchFileOrDirectory {
            } catch .directoryNotEmpty {
                // Somebody still writes; once more.
            }
        }
        if isEmpty { return }
    }
}

/// - Parameter top: where folders are moved to; `nil` where this is the top.
private func emptyInner(_ name: String, in folder: CInt, of top: CInt? = nil, depth: Int = 0) throws(Errno) {
    do throws(Errno) {
        let inner = try OpenFolder(name, in: folder)
        try empty(inner.descriptor, of: top ?? inner.descriptor, depth: depth)
    } catch .permissionDenied {
        // Whose folder it is may enter it after all. Root always may, and must not follow a link here.
        guard geteuid() != 0 else { throw .permissionDenied }
        try uninterrupted { fchmodat(folder, name, 0o700, 0) }
        let inner = try OpenFolder(name, in: folder)
        try empty(inner.descriptor, of: top ?? inner.descriptor, depth: depth)
    }
}

/// Deletes what is no folder.
///
/// - Returns: whether it is gone; `false` for a folder.
private func removed(_ folder: CInt, _ name: String) throws(Errno) -> Bool {
    do throws(Errno) {
        try uninterrupted { unlinkat(folder, name, 0) }
        return true
    } catch .noSuchFileOrDirectory {
        return true
    } catch .isDirectory {
        return false
    } catch .notPermitted {
        // What POSIX says of folders; Linux says EISDIR.
        return false
    }
}
