internal import ContentStore
internal import Cryptography
internal import PythonIndex
internal import PythonPackaging
internal import PythonResolver
internal import Recipes
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// What fetching a lock's files came to.
public struct FetchReport: Sendable {
    /// Files that the lock names.
    public internal(set) var files: Int
    /// How many were not in the store.
    public internal(set) var fetched: Int
    /// Bytes of those.
    public internal(set) var bytes: UInt64
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Brings every file of a lock into the store, for all of its platforms or those that the settings name.
    ///
    /// - Throws: `PythonIndexError`, `TransferError`, `StoreError`, for the first file that could not be had;
    ///   `UnitsError`, `PythonPackagingError`, `ArchiveError` for one that is not what its name says.
    public func fetch(_ located: LocatedLock) async throws -> FetchReport {
        try admit(located.lock)
        let kept = try await store.keepContents(awaiting: "fetching \(located.name)")
        defer { kept.release() }
        let report = try await fetchFiles(located)
        try await describe(located)
        return report
    }

    private func fetchFiles(_ located: LocatedLock) async throws -> FetchReport {
        guard settings.platforms.isEmpty else {
            return try await fetchMissing(located, python: python(for: located), platforms: settings.platforms)
        }
        let files = located.lock.packages.flatMap { package in
            package.installedFiles.map {
                artifact($0, of: package.name, in: located.folder)
            } + tools(package.buildRequirements, in: located.folder)
        }
        if located.lock.packages.contains(where: { $0.tree != nil }) {
            let sources = try sourceWheels(for: located, python: python(for: located))
            for package in located.lock.packages {
                if let tree = package.tree { _ = try await sources.source(of: tree, package.name, package.version) }
            }
        }
        var report = try await fetch(files, of: located)
        try await fetchJars(located, into: &report)
        return report
    }

    /// Brings what a build needs into the store. Of what is built from its source, the source is needed only where its
    /// wheel is not there.
    @discardableResult
    func fetchMissing(
        _ located: LocatedLock, python: PythonVersion, platforms: [TargetPlatform]
    ) async throws -> FetchReport {
        let selected = try platforms.flatMap {
            try located.lock.selection(for: $0, python: python, file: located.path.string)
        }
        var report = try await fetchMissing(located, selected, python: python)
        try await fetchJars(located, into: &report)
        return report
    }

    /// Brings some of a lock's packages into the store.
    func fetchMissing(
        _ located: LocatedLock, _ selected: [Lock.Selected], python: PythonVersion
    ) async throws -> FetchReport {
        var wanted: [Artifact] = []
        // Platforms share what is for any machine.
        var names: Set<String> = []
        lazy var sources = Result { try sourceWheels(for: located, python: python) }
        for package in selected {
            switch package.content {
            case .wheel(let file), .egg(let file):
                guard names.insert(file.name).inserted else { continue }
                wanted.append(artifact(file, of: package.name, in: located.folder))
            case .source(let file, let tools):
                guard names.insert(file.name).inserted else { continue }
                if let tools,
                    try await sources.get().builtWheel(of: StoredSource(file, of: package), with: tools) != nil
                {
                    continue
                }
                wanted.append(artifact(file, of: package.name, in: located.folder))
                wanted += self.tools(tools, in: located.folder)
            case .tree: continue
            }
        }
        return try await fetch(wanted, of: located)
    }

    private func fetch(_ artifacts: [Artifact], of located: LocatedLock) async throws -> FetchReport {
        let watch = Stopwatch()
        let missing = try artifacts.filter { artifact in
            guard let digest = artifact.sha256 else { return true }
            return try !store.contains(digest)
        }
        guard !missing.isEmpty else {
            return FetchReport(files: artifacts.count, fetched: 0, bytes: 0, seconds: watch.seconds)
        }
        let index = try index(for: located.lock.recipe, in: located.recipeFolder)
        let bytes = Mutex<UInt64>(0)
        do {
            _ = try await stage(.fetching, total: missing.count) {
                try await fetch(missing, from: index) { size in bytes.withLock { $0 += size } }
            }
        } catch let error as PythonIndexError where error.code == .metadataChanged {
            // The next resolve reads what is true.
            try IndexProvider.forgetDependencies(of: missing.map(\.project), in: store)
            throw error
        }
        return FetchReport(
            files: artifacts.count, fetched: missing.count, bytes: bytes.withLock { $0 }, seconds: watch.seconds)
    }

    /// Brings files into the store, and tells how they come.
    ///
    /// - Parameter arrived: told the bytes of each that had to be brought.
    func fetch(
        _ artifacts: [Artifact], from index: PythonIndex, arrived: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) async throws -> [Blob] {
        let observer = self.observer
        return try await index.fetch(artifacts, jobs: downloads) { event in
            switch event {
            case .began, .ended(_, .stored): break
            case .received(let number, let received, let size):
                observer(.downloading(file: artifacts[number].filename, received: received, size: size))
            case .ended(let number, .downloaded(let size, _)), .ended(let number, .copied(let size)):
                arrived(size)
                observer(.downloaded(file: artifacts[number].filename, size: size))
            }
        }
    }

    /// Downloads wait for the network more than for a processor.
    private var downloads: Int { settings.jobs ?? 8 }

    private func tools(_ requirements: [Lock.BuildRequirement]?, in folder: FilePath) -> [Artifact] {
        (requirements ?? []).map { artifact($0.wheel, of: $0.name, in: folder) }
    }

    /// A file of a lock in a folder.
    func artifact(_ file: Lock.File, of package: PackageName, in folder: FilePath) -> Artifact {
        var place = Artifact.Place.page
        if let url = file.url {
            place = .url(url)
        } else if let path = file.path {
            place = .url(ResourceURL.file(folder.pushing(FilePath(path))).text)
        }
        return Artifact(project: package, filename: file.name, sha256: file.sha256, size: file.size, place: place)
    }
}
