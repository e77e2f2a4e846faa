public import SystemPackage

extension BaseImages {
    /// Unpacks an image's layers into a new folder, with what every runtime adds so that programs can run there: folders to
    /// mount `/proc`, `/dev`, `/sys`, `/tmp` and `/run` at, and an `/etc/hosts` that knows this host alone. Blocks.
    ///
    /// Everything belongs to the current user. No path leads out of the folder, whatever the layers hold.
    ///
    /// - Parameters:
    ///   - layers: tars, compressed or not, the lowest first.
    ///   - folder: is made; it must not be there.
    /// - Throws: ``BaseError``, `ArchiveError`, `Errno`.
    public static func unpack(_ layers: [FilePath], to folder: FilePath, hostName: String) throws {
        let root = RootFolder(path: folder)
        try root.make()
        try root.add(layers: layers)
        for name in ["dev", "proc", "run", "sys"] { try root.makeFolder(name, mode: 0o755) }
        for name in ["tmp", "var/tmp"] { try root.makeFolder(name, mode: 0o1777) }
        try root.write("127.0.0.1 localhost \(hostName)\n", to: "hosts", in: "etc")
    }
}
