internal import Cryptography
public import PythonPackaging

/// A lock in the formats of other tools.
public enum LockExport {
    /// Where a file of the default index is, which our locks do not say.
    public struct Location: Sendable, Hashable {
        /// The file's URL, without credentials.
        public var url: String
        /// The index's root.
        public var index: String?
        /// Bytes, where the index tells.
        public var size: UInt64?
        public var uploadTime: UploadTime?

        public init(url: String, index: String? = nil, size: UInt64? = nil, uploadTime: UploadTime? = nil) {
            self.url = url
            self.index = index
            self.size = size
            self.uploadTime = uploadTime
        }
    }

    /// A complete `pylock.toml` (PEP 751), which any installer can use without asking an index.
    ///
    /// It holds nothing of ours: neither the recipe nor the reasons.
    ///
    /// - Parameter locate: tells the place of a file that the lock names without one.
    /// - Throws: what `locate` throws; `unsupported` for eggs, and where PEP 751's markers cannot tell the lock's
    ///   platforms apart.
    public static func pylock(
        _ lock: Lock, locate: (Lock.Package, Lock.File) throws -> Location
    ) throws -> String {
        try checkEggs(lock, file: "pylock.toml")
        try checkMarkers(lock)
        var writer = TOMLWriter()
        lock.writeHead(&writer)
        let severalVersions = lock.namesWithSeveralVersions
        for package in lock.packages.sorted(by: Lock.Package.areInOrder) {
            var package = package
            for index in package.wheels.indices { try complete(&package, \.wheels[index], locate) }
            if let file = package.sourceDistribution {
                var located = package
                located.wheels = [file]
                try complete(&located, \.wheels[0], locate)
                package.sourceDistribution = located.wheels[0]
                package.index = located.index
            }
            writer.header(["packages"], isArrayItem: true)
            package.write(&writer, severalVersions: severalVersions)
        }
        return writer.text
    }

    private static func complete(
        _ package: inout Lock.Package, _ property: WritableKeyPath<Lock.Package, Lock.File>,
        _ locate: (Lock.Package, Lock.File) throws -> Location
    ) throws {
        let file = package[keyPath: property]
        guard file.url == nil, file.path == nil else { return }
        let location = try locate(package, file)
        package[keyPath: property].url = location.url
        package[keyPath: property].size = file.size ?? location.size
        package[keyPath: property].uploadTime = file.uploadTime ?? location.uploadTime
        package.index = package.index ?? location.index
    }

    /// Refuses a lock with eggs, which no other tool installs and PEP 751 has no word for.
    ///
    /// - Parameter file: what it would be exported as.
    /// - Throws: `unsupported`, naming them.
    public static func checkEggs(_ lock: Lock, file: String) throws(RecipesError) {
        let eggs = lock.packages.flatMap(\.eggs).map(\.name).sorted()
        guard !eggs.isEmpty else { return }
        throw RecipesError(
            .unsupported, in: file, message: "cannot say what to do with eggs: \(eggs.joined(separator: ", "))",
            advice: "have wheels made of them (`python -m wheel convert`), put those beside them, and lock again")
    }

    /// Two entries of one name must exclude each other, which for glibc and musl no marker can say.
    private static func checkMarkers(_ lock: Lock) throws(RecipesError) {
        let entries = Dictionary(grouping: lock.packages, by: \.name)
        for (name, packages) in entries.sorted(by: { $0.key < $1.key }) where packages.count > 1 {
            let architectures = packages.flatMap { Set($0.platforms.map(\.architecture)) }
            guard Set(architectures).count < architectures.count else { continue }
            throw RecipesError(
                .unsupported, in: "pylock.toml",
                message: "cannot say which \(name) is for glibc and which for musl",
                advice: "export a lock of one platform")
        }
    }

    /// What a `requirements.txt` with hashes cannot hold, as pip would take it by itself: folders and repositories.
    public static func withoutHashes(_ lock: Lock) -> [String] {
        lock.packages.sorted(by: Lock.Package.areInOrder).compactMap { package in
            package.tree.map { $0.requirement(of: package.name) }
        }
    }

    /// A `requirements.txt` in hash-checking mode, for `pip install --require-hashes --no-deps -r`.
    ///
    /// Files of the default index and of other indexes are named by version; other files by their place. Folders and
    /// repositories have no hash, so pip takes none of them beside files that have one: they stand as comments, and
    /// ``withoutHashes(_:)`` tells which they are.
    public static func requirements(_ lock: Lock) -> String {
        var text = "# Made by Chidori"
        if let name = lock.recipe?.name { text += " from the recipe `\(name)`" }
        text += ". Do not edit.\n"
        for index in Set(lock.packages.compactMap(\.index)).sorted() { text += "--extra-index-url \(index)\n" }
        for package in lock.packages.sorted(by: Lock.Package.areInOrder)
        where package.tree != nil || !package.installedFiles.isEmpty {
            text += "\n"
            if let tree = package.tree {
                text += "# left out, since pip knows no hash of it: \(tree.requirement(of: package.name))\n"
                continue
            }
            if let path = package.ownFile?.path {
                text += fromHere(path)
            } else if let url = package.ownFile?.url {
                text += "\(package.name) @ \(withoutCredentials(url))"
            } else {
                text += "\(package.name)\(package.version.map { "==\($0)" } ?? "")"
            }
            if let marker = package.marker { text += " ; \(marker)" }
            for digest in Set(package.installedFiles.map(\.sha256)).sorted() {
                text += " \\\n    --hash=\(digest.prefixed)"
            }
            text += "\n"
            for reason in package.reasons.sorted() { text += "    # \(reason)\n" }
        }
        return text
    }
}

/// A relative path as pip knows it from a name.
private func fromHere(_ path: String) -> String {
    path.hasPrefix("/") || path.hasPrefix(".") ? path : "./\(path)"
}

extension Lock.SourceTree {
    /// As pip reads it, whose hash-checking mode refuses trees. PEP 508's `NAME @` takes no URL without a host, as a
    /// repository on this machine has.
    fileprivate func requirement(of name: PackageName) -> String {
        let fragment = subdirectory.map { "#subdirectory=\($0)" } ?? ""
        return switch kind {
        case .repository(let url, _, let commit):
            url.hasPrefix("file:///")
                ? "git+\(url)@\(commit)#\(subdirectory.map { "subdirectory=\($0)&" } ?? "")egg=\(name)"
                : "\(name) @ git+\(url)@\(commit)\(fragment)"
        case .folder(let path, _): fromHere(path + (subdirectory.map { "/\($0)" } ?? ""))
        }
    }
}

extension Lock.Package {

    /// The one file, where it comes from no index.
    fileprivate var ownFile: Lock.File? {
        index == nil && installedFiles.count == 1 ? installedFiles[0] : nil
    }
}

extension Lock.Reason: CustomStringConvertible {
    /// `keras[extra] asks for numpy>=1.26`.
    public var description: String {
        switch source {
        case .recipe: "the recipe asks for \(requirement)"
        case .constraint: "the recipe constrains \(requirement)"
        case .override: "the recipe overrides \(requirement)"
        case .package(let name, let extra): "\(name)\(extra.map { "[\($0)]" } ?? "") asks for \(requirement)"
        }
    }
}
