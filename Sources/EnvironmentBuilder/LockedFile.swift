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
    /// with the best tag wins, then the highest build number (PEP 425, PEP 427).
    ///
    /// - Throws: ``BuilderError`` (`noWheel`) where a package has no wheel that the platform can use.
    public func files(for platform: TargetPlatform, python: PythonVersion) throws -> [LockedFile] {
        let markers = MarkerEnvironment(python: python, platform: platform)
        let priority = TagPriority(python: python, platform: platform)
        return try packages.compactMap { package in
            guard package.platforms.isEmpty || package.platforms.contains(platform) else { return nil }
            if let marker = package.marker, !marker.evaluate(markers) { return nil }
            var best: (rank: Int, name: WheelFilename, file: Lock.File)?
            for file in package.wheels {
                let name = try WheelFilename(file.name)
                guard let rank = priority.rank(of: name) else { continue }
                if let current = best, (current.rank, name.build) <= (rank, current.name.build) { continue }
                best = (rank, name, file)
            }
            guard let best else {
                throw BuilderError(
                    .noWheel, subject: "\(package.name) \(package.version?.description ?? "")",
                    message: "has no wheel for Python \(python.short) on \(platform) in the lock",
                    advice: "lock again with --platform \(platform) --python-version \(python.short)")
            }
            return LockedFile(
                package: package.name, version: package.version ?? best.name.version, file: best.file,
                index: package.index)
        }
    }
}
