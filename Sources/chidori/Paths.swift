internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The folder that relative paths are meant from.
func currentFolder() -> FilePath {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return FilePath(String(cString: path))
}

/// A path as typed, from the current folder, without `.` and `..` where that is safe to say without looking.
func absolute(_ path: String) -> FilePath {
    let path = FilePath(path)
    guard path.isRelative else { return path.lexicallyNormalized() }
    return currentFolder().pushing(path).lexicallyNormalized()
}
