internal import Diagnostics
internal import MavenPackaging
internal import PythonIndex
internal import PythonPackaging
internal import Recipes
public import SystemPackage

/// What a lock can be exported as.
public enum ExportFormat: String, Sendable, CaseIterable {
    /// PEP 751's `pylock.toml`, with the place of every file.
    case pylock
    /// `requirements.txt` with hashes.
    case requirements

    fileprivate var fileName: String {
        switch self {
        case .pylock: "pylock.toml"
        case .requirements: "requirements.txt"
        }
    }
}

extension EnvironmentBuilder {
    /// A lock as other tools read it, and how many packages that has; of one for several platforms, the part for those
    /// that the settings name.
    ///
    /// - Parameter folder: where the file will lie, from which it names files on local disks.
    /// - Throws: ``BuilderError`` (`offline`) where places must be asked for and may not be; the index's errors;
    ///   ``BuilderError`` (`unknownPackage`) where the index no longer has a file.
    public func export(
        _ located: LocatedLock, as format: ExportFormat, into folder: FilePath
    ) async throws -> (text: String, packages: Int) {
        var lock =
            settings.platforms.isEmpty
            ? located.lock : try located.lock.part(for: settings.platforms, file: located.path.string)
        if folder != located.folder {
            for package in lock.packages.indices {
                for wheel in lock.packages[package].wheels.indices {
                    guard let path = lock.packages[package].wheels[wheel].path.map({ FilePath($0) }), path.isRelative
                    else { continue }
                    lock.packages[package].wheels[wheel].path =
                        located.folder.pushing(path).lexicallyNormalized().relative(to: folder).string
                }
            }
        }
        if !lock.jars.isEmpty {
            observer(
                .warning(
                    "\(format.fileName) has no word for jars: \(counted(lock.jars.count, "jar")) of the lock "
                        + "\(lock.jars.count == 1 ? "is" : "are") left out, and whoever installs it has to bring "
                        + "\(lock.jars.count == 1 ? "it" : "them"):"
                        + lock.jars.map { "\n    \($0.coordinate)" }.joined()))
        }
        try LockExport.checkEggs(lock, file: format.fileName)
        if format == .requirements {
            let leftOut = LockExport.withoutHashes(lock)
            if !leftOut.isEmpty {
                observer(
                    .warning(
                        "pip takes no folders and no repositories beside files with hashes: "
                            + "\(counted(leftOut.count, "package")) of the lock \(leftOut.count == 1 ? "is" : "are") left "
                            + "out; install \(leftOut.count == 1 ? "it" : "them") afterwards (`pip install --no-deps …`), or "
                            + "export a pylock.toml, which has \(leftOut.count == 1 ? "it" : "them"):"
                            + leftOut.map { "\n    \($0)" }.joined()))
            }
            return (LockExport.requirements(lock), lock.packages.count - leftOut.count)
        }
        let unplaced = lock.packages.filter { package in
            package.wheels.contains { $0.url == nil && $0.path == nil }
        }
        guard unplaced.isEmpty || !settings.offline else {
            throw BuilderError(
                .offline, subject: located.path.string,
                message: "names files of the default index, and where they lie must be asked of it",
                advice: "run the same without --offline")
        }
        let index = try index(for: located.lock.recipe, in: located.recipeFolder)
        var places: [String: LockExport.Location] = [:]
        for package in unplaced {
            let page = try await index.page(of: package.name)
            for file in package.wheels {
                guard let number = try page.place(of: file.name) else { continue }
                let found = try page.file(number)
                places[file.name] = LockExport.Location(
                    url: withoutCredentials(found.url), index: try page.source(of: number).url, size: found.size,
                    uploadTime: found.uploadTime)
            }
        }
        let text = try LockExport.pylock(lock) { package, file in
            guard let place = places[file.name] else {
                throw BuilderError(
                    .unknownPackage, subject: file.name, message: "is not on the index any more",
                    advice: "lock again with `chidori env lock --upgrade=\(package.name)`")
            }
            return place
        }
        return (text, lock.packages.count)
    }
}
