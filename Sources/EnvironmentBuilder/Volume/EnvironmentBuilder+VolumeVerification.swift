internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import Publishing
internal import PythonPackaging
internal import Recipes
public import SystemPackage
internal import Units
internal import Workers

/// What a look at every byte of a shared volume found.
public struct VolumeReport: Sendable {
    public struct Fault: Sendable {
        public enum Kind: String, Sendable {
            case package
            case environment
        }

        public let kind: Kind
        /// The package or environment, and where it lies.
        public let subject: String
        public let path: FilePath
        public let what: String
        public let outcome: StoreReport.Outcome
    }

    public internal(set) var environments = 0
    public internal(set) var packages = 0
    public internal(set) var faults: [Fault] = []
    /// Environments whose links and scripts nothing here describes, so that their packages alone were looked at.
    public internal(set) var undescribed: [String] = []
    public internal(set) var seconds: Double = 0

    /// Whether nothing is wrong, or what was is mended.
    public var isSound: Bool { !faults.contains { if case .unmended = $0.outcome { true } else { false } } }
}

extension EnvironmentBuilder {
    /// Compares what is on a shared volume with the digests that it is named by, and where the data folder describes it
    /// with that, file by file.
    ///
    /// - Parameters:
    ///   - references: environments by names or ids; all that is on the volume if there are none.
    ///   - mending: whether what is damaged is made anew from the data folder.
    public func verifyVolume(
        _ place: FilePath, only references: [String] = [], mending: Bool
    ) async throws -> VolumeReport {
        let watch = Stopwatch()
        let kept = try await store.keepContents(awaiting: "verifying \(place)")
        defer { kept.release() }
        return try await stage(.verifying) {
            try await blocking { [self] in
                let volume = try SharedVolume(at: place)
                let entries =
                    try references.isEmpty
                    ? volume.entries() : references.flatMap { try self.entries($0, on: volume) }
                var verification = VolumeVerification(
                    publisher: VolumePublisher(to: volume, from: store, workers: workers), builder: self,
                    units: try StoredUnits(of: store), mending: mending)
                let listed = references.isEmpty ? try volume.packageNames() : []
                let needed = entries.filter { $0.links == .symlink }.flatMap { $0.packages ?? [] }
                let names = Set(listed + needed).sorted()
                for (done, name) in names.enumerated() {
                    observer(.progressed(.verifying, done: done, total: names.count + entries.count))
                    try verification.look(atPackage: name)
                }
                for (done, entry) in entries.enumerated() {
                    observer(.progressed(.verifying, done: names.count + done, total: names.count + entries.count))
                    try verification.look(at: entry)
                }
                verification.report.seconds = watch.seconds
                return verification.report
            }
        }
    }
}

/// One verification of a volume.
private struct VolumeVerification {
    let publisher: VolumePublisher
    let builder: EnvironmentBuilder
    let units: StoredUnits
    let mending: Bool
    var report = VolumeReport()

    mutating func look(atPackage name: String) throws {
        report.packages += 1
        let path = publisher.volume.root.appending("packages").appending(name)
        guard let package = Package(folderName: name, units: units) else {
            guard let what = try publisher.fault(inFolder: name) else { return }
            report.faults.append(
                VolumeReport.Fault(
                    kind: .package, subject: name, path: path, what: what,
                    outcome: .unmended("nothing in the data folder describes it; verify it where it was published")))
            return
        }
        guard let what = try publisher.fault(in: package) else { return }
        report.faults.append(
            VolumeReport.Fault(
                kind: .package, subject: package.unit.description, path: path, what: what,
                outcome: outcome { try publisher.mend([package]) }))
    }

    mutating func look(at entry: VolumeEntry) throws {
        report.environments += 1
        func fault(_ what: String, _ name: String, _ outcome: StoreReport.Outcome) {
            report.faults.append(
                VolumeReport.Fault(
                    kind: .environment, subject: "\(name) \(entry.id.prefix(12))", path: entry.path, what: what,
                    outcome: outcome))
        }
        guard let manifest = try manifest(of: entry) else {
            return fault(
                "has no manifest of its id", entry.names.first ?? "an environment",
                .unmended("the data folder does not know it; publish it where it was made"))
        }
        guard let tree = try tree(manifest, entry) else {
            report.undescribed.append("\(manifest.name) \(entry.id.prefix(12))")
            return
        }
        guard let what = try publisher.fault(in: tree) else { return }
        fault(what, manifest.name, outcome { try publisher.mend(tree) })
    }

    private func outcome(_ mend: () throws -> Void) -> StoreReport.Outcome {
        guard mending else { return .unmended("only looked at") }
        do {
            try mend()
            return .mended
        } catch {
            return .unmended("it could not be made again: \(error)")
        }
    }

    /// An environment's own manifest, where its units make up the id that its folder bears; else the data folder's.
    private func manifest(of entry: VolumeEntry) throws -> EnvironmentManifest? {
        let own = entry.manifest.flatMap { try? EnvironmentManifest(parsing: $0, name: entry.path.string) }
        if let own, own.id.description == entry.id, own.hasItsID { return own }
        guard let digest = SHA256Digest(hex: entry.id), let bytes = try builder.store.manifest(of: digest) else {
            return nil
        }
        var known = try EnvironmentManifest(parsing: bytes, name: entry.path.string)
        // Which bytecode it has is told by what it links to.
        let bytecode = Dictionary(
            (entry.packages ?? []).compactMap { name -> (String, EnvironmentManifest.Bytecode)? in
                guard let package = Package(folderName: name, units: units), let unit = package.bytecode else {
                    return nil
                }
                return (
                    package.unit.treeDigest.hex,
                    EnvironmentManifest.Bytecode(artifact: unit.artifact, tree: unit.treeDigest)
                )
            }
        ) { first, _ in first }
        for index in known.units.indices { known.units[index].bytecode = bytecode[known.units[index].tree.hex] }
        return known
    }

    /// The environment as it should be; `nil` where the data folder does not describe all of it.
    private func tree(_ manifest: EnvironmentManifest, _ entry: VolumeEntry) throws -> VolumeTree? {
        var packages: [Package] = []
        for name in manifest.packageFolders {
            guard let package = Package(folderName: name, units: units) else { return nil }
            packages.append(package)
        }
        let interpreter = try? entry.path.appending("bin/python").linkText()
        return try builder.volumeTree(
            manifest, packages, links: entry.links, interpreter: interpreter.map { FilePath($0) })
    }
}

extension EnvironmentManifest {
    /// Whether its units make up its id.
    fileprivate var hasItsID: Bool {
        guard let python = try? PythonVersion(python), let platform = try? TargetPlatform(platform) else {
            return false
        }
        return EnvironmentID(python: python, platform: platform, environment: variables, units: units.map(\.tree)) == id
    }
}
