internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import PythonPackaging
internal import SystemPackage
internal import Units

extension PackageFolders {
    /// Whether a folder under `volume/packages` has the content that its own name promises: for folders that nothing in
    /// the store describes any more, since the index was lost. Blocks.
    ///
    /// The name holds the digests of the package's tree and of its bytecode's, so the files themselves tell. What cannot
    /// be told apart that way (a wheel with compiled modules of its own) counts as not certified.
    ///
    /// - Throws: `PublishingError` for a folder that cannot be read.
    public func isWhatItsNameSays(_ name: String) throws -> Bool {
        let words = name.split(separator: "+", omittingEmptySubsequences: false)
        guard words.count == 2, let tree = SHA256Digest(hex: words[0]) else { return false }
        var files: [UnitFile] = []
        guard try collect("", below: path(named: name), into: &files) else { return false }
        let isBytecode = { (file: UnitFile) in file.path.hasSuffix(".pyc") && file.path.contains("__pycache__/") }
        guard let found = Self.treeDigest(files.filter { !isBytecode($0) }), found == tree else { return false }
        let bytecode = files.filter(isBytecode)
        if words[1] == "none" { return bytecode.isEmpty }
        return Self.treeDigest(bytecode)?.hex == String(words[1])
    }

    private static func treeDigest(_ files: [UnitFile]) -> SHA256Digest? {
        // The digest covers modes, contents and paths; what else a unit says of itself does not matter here.
        let unit = try? Unit(
            kind: .wheel, artifact: SHA256Digest(of: [UInt8]()), name: "", version: "", python: PythonVersion(3, 0),
            files: files)
        return unit?.treeDigest
    }

    /// Takes in every file; `false` where something is no file of a package: a link, a device.
    private func collect(_ folder: String, below root: FilePath, into files: inout [UnitFile]) throws -> Bool {
        let place = folder.isEmpty ? root : root.pushing(FilePath(folder))
        for entry in try attempt("looked into", place, { () throws(Errno) in try place.folderEntries() }) {
            let name = entry.name
            let relative = folder.isEmpty ? name : folder + "/" + name
            let full = root.string + "/" + relative
            var status = stat()
            guard lstat(full, &status) == 0 else {
                throw PublishingError(Errno(rawValue: errno), doing: "looked at", path: full)
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                guard try collect(relative, below: root, into: &files) else { return false }
            case S_IFREG:
                files.append(
                    UnitFile(
                        path: relative, isExecutable: status.st_mode & 0o111 != 0, size: UInt64(status.st_size),
                        digest: try attempt("read", FilePath(full)) { () throws(Errno) in
                            try SHA256Digest(of: FileReader(FilePath(full)))
                        }, origin: .generated([])))
            default: return false
            }
        }
        return true
    }
}
