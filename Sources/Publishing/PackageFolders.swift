public import ContentStore
public import Cryptography
internal import FileSystem
internal import Glibc
internal import PythonPackaging
public import SystemPackage
public import Units
public import Workers

/// The unpacked packages on the data folder's volume, one folder for each, shared by every environment.
///
/// A folder is complete from the moment it has its name: it is filled under another one, synced and renamed. Its files
/// are read-only, and so are the folders within it, since environments link to them.
public struct PackageFolders: Sendable {
    let store: ContentStore
    /// The folder that holds them all.
    let location: FilePath

    public init(in store: ContentStore) {
        self.init(in: store, at: store.packagesFolder)
    }

    /// - Parameters:
    ///   - store: what knows the packages' files and trees.
    ///   - location: where they lie, if not on the store's own volume.
    init(in store: ContentStore, at location: FilePath) {
        self.store = store
        self.location = location
    }

    /// Where a package lies, or will.
    public func path(of package: Package) -> FilePath { path(named: package.folderName) }

    /// Where the folder of a name lies.
    public func path(named name: String) -> FilePath { location.appending(name) }

    /// Whether a package is unpacked, for whoever keeps the store's contents.
    public func contains(_ package: Package) throws -> Bool { try store.containsPackage(package.folderName) }

    /// Unpacks what is not there yet. Of many processes that want a package one unpacks it, and the others wait.
    ///
    /// Every file's size, CRC-32 and SHA-256 are checked on the way; if one is wrong, its package is not published.
    ///
    /// - Parameter unpacked: called with each package that this call unpacked.
    /// - Throws: `PublishingError`, `UnitsError`, `ArchiveError`, `StoreError`.
    public func unpack(
        _ packages: [Package], workers: Workers,
        unpacked: @escaping @Sendable (Package) -> Void = { _ in }
    ) throws {
        let missing = try packages.filter { try !contains($0) }
        guard !missing.isEmpty else { return }
        // In one order everywhere, so that two processes never wait for each other.
        let locks = try Set(missing.map(\.folderName)).sorted().map {
            try store.lock("package/\($0)", doing: "unpacking")
        }
        defer { for lock in locks { lock.release() } }
        var seen: Set<String> = []
        let wanted = try missing.filter { try !contains($0) && seen.insert($0.folderName).inserted }
        let scratches = try wanted.map { _ in try store.scratchFolder() }
        let drafts = try fill(Array(zip(wanted, scratches.map(\.path))), workers: workers)
        for (draft, scratch) in zip(drafts, scratches) {
            try scratch.publish(to: path(of: draft.package))
            unpacked(draft.package)
        }
    }

    /// Unpacks packages into folders that are there and empty, makes what is in them read-only, and brings it to the disk.
    ///
    /// - Parameters:
    ///   - neighbours: where the same packages may lie unpacked on the same file system, to be linked to.
    ///   - unpacked: called with a package's folder each time that a part of it is there.
    @discardableResult
    func fill(
        _ packages: [(Package, FilePath)], workers: Workers, neighbours: PackageFolders? = nil,
        unpacked: @escaping @Sendable (FilePath) throws -> Void = { _ in }
    ) throws -> [PackageDraft] {
        let drafts = try workers.map(packages) { package, folder in
            try PackageDraft(package, in: store, at: folder, beside: neighbours?.path(of: package))
        }
        // The largest first, so that no worker is left alone with one at the end.
        let parts = drafts.flatMap(\.parts).sorted { $0.size > $1.size }
        let found = try workers.map(parts) { part in
            let found = (part.tree, try part.unpack())
            try unpacked(part.folder)
            return found
        }
        for (digest, found) in Dictionary(grouping: found, by: \.0) {
            try store.setReaches(Set(found.flatMap(\.1.reaches)), of: digest)
            try store.setLibraries(found.reduce(into: []) { $0.formUnion($1.1.libraries) }, of: digest)
        }
        for draft in drafts { try draft.protect() }
        try drafts.first?.sync()
        return drafts
    }

    /// The plan of links for some packages: kept in the store, or made and then kept.
    func plan(
        _ packages: [Package], python: PythonVersion, make: () throws -> TreePlan
    ) throws -> TreePlan {
        let names = packages.map(\.folderName)
        if let plan = try knownPlan(names, python: python) { return plan }
        let plan = try make()
        try store.setRecord(kind: TreePlan.kind, key: TreePlan.key(names, python: python), value: plan.record)
        return plan
    }

    /// The plan of links that was kept for packages, by the names of their folders.
    func knownPlan(_ names: [String], python: PythonVersion) throws -> TreePlan? {
        try store.record(kind: TreePlan.kind, key: TreePlan.key(names, python: python))
            .flatMap { TreePlan(record: $0, packages: names.count) }
    }

    /// Where packages' shared libraries look for others, as found when they were unpacked. What the store has forgotten
    /// is found again in the packages' folders.
    func reaches(of packages: [Package]) throws -> [[Reach]] {
        try zip(packages, store.reaches(of: packages.map(\.unit.treeDigest))).map { package, known in
            if let known { return known }
            let found = try scan(package)
            try store.setReaches(found, of: package.unit.treeDigest)
            return Array(found)
        }
    }

    /// The names of the libraries that the libraries of trees need, and their own, as found when they were unpacked; `nil`
    /// for a tree that was not.
    public func libraries(of trees: [SHA256Digest]) throws -> [Set<String>?] { try store.libraries(of: trees) }

    /// A folder that a unit is unpacked in, whatever bytecode is beside it; `nil` for one that is not.
    public func path(of unit: Unit) throws -> FilePath? {
        let plain = path(named: Package.folderName(tree: unit.treeDigest, bytecode: nil))
        if try store.containsPackage(Package.folderName(tree: unit.treeDigest, bytecode: nil)) { return plain }
        var status = stat()
        guard stat(location.string, &status) == 0 else { return nil }
        let prefix = unit.treeDigest.hex + "+"
        let entries = try attempt("looked into", location) { () throws(Errno) in try location.folderEntries() }
        let names = entries.map(\.name).filter { $0.hasPrefix(prefix) }.sorted()
        return try names.first { try store.containsPackage($0) }.map { path(named: $0) }
    }

    private func scan(_ package: Package) throws -> Set<Reach> {
        let folder = path(of: package)
        var reaches: Set<Reach> = []
        for file in try package.unit.files() where file.size >= ELFDynamicSection.smallest {
            let path = folder.pushing(FilePath(file.path))
            let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw PublishingError(
                    .damagedPackage, path.string, "cannot be read (\(Errno(rawValue: errno)))",
                    advice: "delete \(folder) and build again")
            }
            defer { close(descriptor) }
            reaches.formUnion(
                ELFDynamicSection(of: descriptor).runPaths.compactMap { Reach(runPath: $0, of: file.path) })
        }
        return reaches
    }
}
