internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import ImageSpec
internal import Layers
internal import PythonPackaging
internal import Recipes
public import SupplyChain
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// What the environments of a lock are made of. Fetches what is missing, since licences stand in the files.
    public func inventory(of located: LocatedLock) async throws -> Inventory {
        let kept = try await store.keepContents(awaiting: "looking what \(located.name) is made of")
        defer { kept.release() }
        let environments = try await environments(of: located)
        return try await blocking { [self] in
            try inventory(
                of: located, named: located.name, environments.map { ($0.platform, $0.id, $0.units) })
        }
    }

    /// What an environment of the store is made of.
    ///
    /// - Throws: ``BuilderError`` (`unreadable`) where the store does not have its lock.
    public func inventory(of summary: EnvironmentSummary) throws -> Inventory {
        let located = try lock(of: summary)
        let stored = try StoredUnits(of: store)
        let units = summary.manifest.units.compactMap { stored[$0.tree] }
        return try inventory(
            of: located, named: summary.manifest.name,
            [(try TargetPlatform(summary.manifest.platform), summary.id, units)])
    }

    /// The lock that an environment was made of, as the store has kept it.
    func lock(of summary: EnvironmentSummary) throws -> LocatedLock {
        let lock = summary.manifest.lock
        guard try isOwn(lock, of: summary) else {
            throw BuilderError(
                .unreadable, subject: summary.manifest.name,
                message: "was made before locks were kept with environments, or of one that was sent to a server",
                advice: "name its recipe or lock; or build it again, which keeps the lock")
        }
        return try LocatedLock(
            text: lockText(lock), path: settings.data.appending("\(summary.manifest.name).lock.toml"))
    }

    /// Whether a lock is kept, and one of the machine's own: what was sent may hold what is nobody else's business, and
    /// takes no name.
    func isOwn(_ lock: SHA256Digest, of summary: EnvironmentSummary) throws -> Bool {
        guard try store.record(kind: ContentStore.locks, key: lock.hex) != nil else { return false }
        if summary.names.contains(where: { $0.lock == lock }) { return true }
        guard let origin = try origin(of: summary.id.digest, named: nil) else { return false }
        return origin.lock == lock && !origin.isForeign
    }

    func inventory(
        of located: LocatedLock, named name: String,
        _ environments: [(platform: TargetPlatform, id: EnvironmentID, units: [Unit])]
    ) throws -> Inventory {
        var licenses: [String: String] = [:]
        for unit in environments.flatMap(\.units) where unit.kind != .jar && licenses[unit.name] == nil {
            licenses[unit.name] = try license(of: unit)
        }
        return try Inventory(
            of: located.lock, digest: located.digest, named: name, for: environments.map(\.platform),
            python: python(for: located), environments: environments.map(\.id.digest), licenses: licenses,
            author: settings.createdBy, epoch: Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH")),
            file: located.path.string)
    }

    /// The licence that a package's own metadata tell, looked up once for each tree.
    private func license(of unit: Unit) throws -> String? {
        let kind: RecordKind = "license.1"
        let key = unit.treeDigest.hex
        if let known = try store.record(kind: kind, key: key) {
            return known.isEmpty ? nil : String(decoding: known, as: UTF8.self)
        }
        var license: String?
        if let file = try metadata(of: unit) {
            var bytes: [UInt8] = []
            var reader = UnitReader()
            try reader.read(file, of: UnitSource(unit, in: store), into: &bytes)
            if let metadata = try? CoreMetadata(bytes, of: unit.description) {
                license = LicenseExpression.of(expression: metadata.licenseExpression, license: metadata.license)
            }
        }
        try store.setRecord(kind: kind, key: key, value: Array((license ?? "").utf8))
        return license
    }

    private func metadata(of unit: Unit) throws -> UnitFile? {
        guard case .folder(let packages)? = try unit.root.entry(at: unit.sitePackages)?.content else { return nil }
        for (ending, name) in [(".dist-info", "METADATA"), (".egg-info", "PKG-INFO")] {
            for entry in try packages.entries() where entry.name.hasSuffix(ending) {
                guard case .folder(let folder) = entry.content,
                    case .file(let file)? = try folder.entry(at: name)?.content
                else { continue }
                return file.at("\(unit.sitePackages)/\(entry.name)/\(name)")
            }
        }
        return nil
    }

    /// What a base is made of, where it was built here from a lock.
    ///
    /// - Parameters:
    ///   - text: as the recipe or `--base` names it.
    ///   - folder: what a relative path starts from.
    func base(
        _ text: String, _ bases: [ReadyBase], for platforms: [TargetPlatform], beside folder: FilePath
    ) throws -> Inventory.Base {
        var base = Inventory.Base(name: bases.first?.image.name ?? text, digests: bases.map(\.image.digest))
        let reference = try BaseReference(text, relativeTo: folder)
        switch reference {
        case .layout, .registry: return base
        case .file, .named: break
        }
        let lock = try BaseImages(store: store, folders: baseFolders(beside: folder), offline: true).lock(reference)
        var components: Set<Inventory.Component> = []
        for platform in platforms {
            guard let architecture = DebianArchitecture(anyName: platform.architecture.rawValue) else { continue }
            for package in try lock.part(architecture).packages {
                components.insert(
                    Inventory.Component(
                        package: .debian(package.name, package.version, architecture: package.architecture),
                        name: package.name, version: package.version, digest: package.digest))
            }
        }
        base.components = components.sorted { $0.package < $1.package }
        return base
    }
}
