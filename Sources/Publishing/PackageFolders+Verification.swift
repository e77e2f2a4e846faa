internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import SystemPackage
public import Units
public import Workers

/// Packages' folders are shared by every environment that links to them, so damage in one is damage in all.
extension PackageFolders {
    /// The names of the folders that there are, in their order.
    public func names() throws -> [String] {
        let names = try attempt("looked into", location) { () throws(Errno) in
            do throws(Errno) {
                return try location.folderNames()
            } catch .noSuchFileOrDirectory {
                return []
            }
        }
        return names.filter { !$0.hasPrefix(".") }
    }

    /// What is not as a package's units say, in the order of the paths. Blocks.
    public func verify(_ package: Package, workers: Workers) throws -> [TreeVerifier.Finding] {
        try TreeVerifier(workers: workers).verify(path(of: package), packages: [package], glue: nil)
    }

    /// Unpacks a package again and puts it in the place of its folder in one step, so that an environment that links to
    /// it sees the one or the other and never none. Blocks.
    ///
    /// - Throws: what ``unpack(_:workers:unpacked:)`` throws; the folder is then as it was.
    public func replace(_ package: Package, workers: Workers) throws {
        let lock = try store.lock("package/\(package.folderName)", doing: "unpacking again")
        defer { lock.release() }
        let scratch = try store.scratchFolder()
        try fill([(package, scratch.path)], workers: workers)
        // The damaged folder takes the scratch folder's name, and goes with it.
        try attempt("replaced", path(of: package)) { () throws(Errno) in
            guard try scratch.path.exchange(with: path(of: package)) else { throw .invalidArgument }
        }
    }
}
