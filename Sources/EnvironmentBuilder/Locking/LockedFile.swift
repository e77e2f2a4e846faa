internal import Cryptography
public import PythonPackaging
public import Recipes

/// A file that a lock chose for one platform.
public struct LockedFile: Sendable, Hashable {
    public let package: PackageName
    /// As the wheel's name has it.
    public let version: Version
    public let file: Lock.File
    /// The index it comes from, without credentials; `nil` for the default one.
    public let index: String?
}

extension Lock {
    /// The one wheel of each package that a platform gets, in the lock's order.
    ///
    /// A package whose marker does not hold there, or that is for other platforms, has none. Of several wheels the one
    /// with the best tag wins, then the highest build tag (PEP 425, PEP 427).
    ///
    /// - Throws: ``BuilderError`` (`noWheel`) where a package has no wheel that the platform can use.
    public func files(for platform: TargetPlatform, python: PythonVersion) throws -> [LockedFile] {
        let markers = MarkerEnvironment(python: python, platform: platform)
        let priority = TagPriority(python: python, platform: platform)
        var files: [LockedFile] = []
        for package in packages where package.platforms.isEmpty || package.platforms.contains(platform) {
            if let marker = package.marker {
                let wanted = try marker.evaluate(
                    in: markers, lockExtras: [], dependencyGroups: Set(defaultGroups))
                if !wanted { continue }
            }
            guard let (name, file) = try package.bestWheel(priority) else {
                throw BuilderError(
                    .noWheel, subject: "\(package.name) \(package.version?.description ?? "")",
                    message: "has no wheel for Python \(python.short) on \(platform) in the lock",
                    advice: "lock again with --platform \(platform) --python-version \(python.short)")
            }
            files.append(
                LockedFile(
                    package: package.name, version: package.version ?? name.version, file: file, index: package.index))
        }
        return files
    }
}

extension Lock.Package {
    fileprivate func bestWheel(_ priority: TagPriority) throws -> (name: WheelFilename, file: Lock.File)? {
        var best: (rank: Int, name: WheelFilename, file: Lock.File)?
        for file in wheels {
            let name = try WheelFilename(file.name)
            guard let rank = priority.rank(of: name) else { continue }
            if let best, best.rank < rank || (best.rank == rank && best.name.buildOrder >= name.buildOrder) { continue }
            best = (rank, name, file)
        }
        return best.map { ($0.name, $0.file) }
    }
}

extension WheelFilename {
    /// A wheel without a build tag comes before one with (PEP 427).
    fileprivate var buildOrder: BuildTag { build ?? BuildTag(number: 0) }
}
