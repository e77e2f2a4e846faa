internal import Archive
public import ContentStore
internal import Cryptography
internal import FoundationEssentials
internal import ImageSpec
public import SystemPackage

/// What images stand on, made ready once and kept in the store.
///
/// Every function blocks; asynchronous callers enter through `Workers`.
public struct BaseImages: Sendable {
    /// With the encoder's version: a base that an older one compressed has other bytes.
    static let kind = RecordKind("base.1 deflate-\(DeflateEncoder.version)")

    let store: ContentStore
    let folders: [FilePath]
    let offline: Bool
    let sources: FilePath?

    /// - Parameters:
    ///   - folders: where bases are looked for by name, the first match counts.
    ///   - offline: whether package files may be fetched.
    ///   - sources: a file or folder of apt sources in place of the machine's.
    public init(store: ContentStore, folders: [FilePath], offline: Bool = false, sources: FilePath? = nil) {
        self.store = store
        self.folders = folders
        self.offline = offline
        self.sources = sources
    }

    /// The image that a reference names, for one architecture, with all its layers in the store.
    ///
    /// One from a lock is built the first time it is asked for, by one process however many ask; then its description is
    /// read, which takes a visit to the store's index.
    /// - Throws: ``BaseError``, or the store's error.
    public func image(_ reference: BaseReference, for architecture: DebianArchitecture) throws -> BaseImage {
        switch reference {
        case .layout(let folder, let tag):
            return try BaseLayout(folder: folder, tag: tag, store: store).image(architecture)
        case .registry(let place):
            if let known = try known(place, for: architecture) { return known }
            throw BaseError(
                .notFound, reference.description, "is not in the data folder for \(architecture.rawValue)",
                advice: "run the same once without --offline, or `chidori base build \(reference)`")
        case .file, .named:
            return try image(of: lock(reference), for: architecture)
        }
    }

    /// The lock that a reference names: the file itself, or `NAME.lock.toml` beside a definition.
    public func lock(_ reference: BaseReference) throws -> BaseLock {
        let path = try lockPath(reference)
        guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else {
            throw BaseError(
                .notFound, path.string, "cannot be read",
                advice: "lock the base: `chidori base lock DEFINITION.yaml`")
        }
        return try BaseLock(toml: text, file: path.string)
    }

    /// The image of a lock; built if the store does not have it.
    public func image(of lock: BaseLock, for architecture: DebianArchitecture) throws -> BaseImage {
        let digest = try lock.digest(architecture)
        if let known = try known(digest) { return known }
        return try store.exclusively("base-\(digest.hex)", doing: "building the base image \(lock.name)") {
            if let known = try known(digest) { return known }
            let image = try building(digest) { scratch in try build(lock, architecture, scratch) }
            try store.setRecord(kind: Self.kind, key: digest.hex, value: Self.record(image))
            return image
        }
    }

    /// The image that was built from a lock of this digest, if the store has all of it.
    private func known(_ digest: SHA256Digest) throws -> BaseImage? {
        guard let record = try store.record(kind: Self.kind, key: digest.hex) else { return nil }
        let lines = String(decoding: record, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.count > 3, let manifestDigest = SHA256Digest(hex: lines[0]), try store.contains(manifestDigest)
        else { return nil }
        let manifest = try ImageManifest(parsing: store.bytes(of: manifestDigest), name: lines[2])
        for blob in [manifest.configuration] + manifest.layers where try !store.contains(blob.digest) { return nil }
        let configuration = try ImageConfiguration(
            parsing: store.bytes(of: manifest.configuration.digest), name: lines[2])
        return BaseImage(
            name: lines[2], digest: manifestDigest, manifest: manifest, configuration: configuration, python: lines[1],
            lock: digest, artifacts: lines.dropFirst(3).compactMap { SHA256Digest(hex: $0) })
    }

    private static func record(_ image: BaseImage) -> [UInt8] {
        let lines = [image.digest.hex, image.python ?? "", image.name] + image.artifacts.map(\.hex)
        return Array(lines.joined(separator: "\n").utf8)
    }

    private func build(
        _ lock: BaseLock, _ architecture: DebianArchitecture, _ scratch: FilePath
    ) throws -> BaseImage {
        let builder = DebianBuilder(store: store)
        try builder.check(lock, architecture)
        try BaseFetcher(store: store, offline: offline, sources: sources).fetch(
            lock, architecture, scratch: scratch)
        let root = try builder.build(lock, architecture, scratch: scratch)
        var hasher = SHA256Hasher()
        let layer = try store.insert { writer in
            var gzip = GzipEncoder()
            try root.write { bytes in
                hasher.update(bytes)
                try gzip.write(bytes) { try writer.write($0) }
            }
            try gzip.finish { try writer.write($0) }
        }
        let created = Timestamp.text(UInt64(clamping: try lock.part(architecture).epoch))
        let configuration = ImageConfiguration(
            created: created,
            platform: Platform(architecture: architecture.oci, variant: architecture == .arm64 ? "v8" : nil),
            environment: lock.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
            command: [lock.python], workingDirectory: "/", labels: lock.labels, diffIDs: [hasher.finalize()],
            history: [ImageConfiguration.History(created: created, createdBy: "chidori base \(lock.name)")])
        let configurationBytes = configuration.bytes
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configurationBytes),
            layers: [Descriptor(mediaType: MediaType.gzipLayer, digest: layer.digest, size: layer.size)])
        _ = try store.insert(configurationBytes)
        let blob = try store.insert(manifest.bytes)
        return BaseImage(
            name: lock.name, digest: blob.digest, manifest: manifest, configuration: configuration,
            python: lock.python, lock: try lock.digest(architecture),
            artifacts: try lock.part(architecture).packages.map(\.digest))
    }

    /// Runs `body` with an empty folder, while holding the base's lock.
    ///
    /// What a killed process left is thrown away. The name is this process's own, since programs that the killed one had
    /// started may still be writing to theirs.
    private func building<Result>(_ digest: SHA256Digest, _ body: (FilePath) throws -> Result) throws -> Result {
        let bases = store.basesFolder
        let name = "\(digest.hex).building"
        try FileManager.default.createDirectory(atPath: bases.string, withIntermediateDirectories: true)
        for left in try FileManager.default.contentsOfDirectory(atPath: bases.string) where left.hasPrefix(name) {
            try Self.clear(bases.appending(left))
        }
        let scratch = bases.appending("\(name)-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
        let result = Swift.Result { try body(scratch) }
        try Self.clear(scratch)
        return try result.get()
    }

    static func clear(_ folder: FilePath) throws {
        guard FileManager.default.fileExists(atPath: folder.string) else { return }
        try FileManager.default.removeItem(atPath: folder.string)
    }

    /// Where a definition's lock lies: `NAME.lock.toml` beside `NAME.yaml`. Any other path is a lock's own.
    public static func lockPath(beside path: FilePath) -> FilePath {
        guard let ending = path.extension, ending == "yaml" || ending == "yml" else { return path }
        return FilePath(path.string.dropLast(ending.utf8.count + 1) + ".lock.toml")
    }

    private func lockPath(_ reference: BaseReference) throws -> FilePath {
        switch reference {
        case .file(let path):
            return Self.lockPath(beside: path)
        case .named(let name):
            for folder in folders {
                let path = folder.appending("\(name).lock.toml")
                if FileManager.default.fileExists(atPath: path.string) { return path }
            }
            throw BaseError(
                .notFound, name, "is no base image in \(folders.map(\.string).joined(separator: ", "))",
                advice: try nearestNames(to: name))
        case .layout(let folder, _):
            return folder
        case .registry(let place):
            throw BaseError(
                .notFound, "docker://\(place)", "has no lock: it is an image", advice: "name a lock or a definition")
        }
    }

    private func nearestNames(to name: String) throws -> String {
        let names = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? [])
                .filter { $0.hasSuffix(".lock.toml") }.map { String($0.dropLast(".lock.toml".count)) }
        }
        return names.isEmpty
            ? "name a lock's path, or oci:FOLDER:TAG" : "there are: \(Set(names).sorted().joined(separator: ", "))"
    }
}
