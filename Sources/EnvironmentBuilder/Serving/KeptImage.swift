internal import BaseImages
internal import ContentStore
public import Cryptography
internal import ImageSpec
internal import Recipes
internal import SystemPackage

/// Which image of an environment is meant.
public enum ImageForm: String, Sendable {
    /// On the base that its recipe names.
    case based
    /// Without a base, to be mounted beside one: for Kubernetes' image volumes.
    case bare
}

/// An image of an environment for its platform, all of whose blobs were in the store when it was made.
public struct KeptImage: Sendable, Hashable {
    public let environment: SHA256Digest
    /// The digest of the lock that it was made of.
    public let lock: SHA256Digest
    public let form: ImageForm
    /// The manifest's digest; the manifest is a blob of the store.
    public let manifest: SHA256Digest
}

extension KeptImage {
    /// Four words, as a line of a record.
    init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count == 4, let environment = SHA256Digest(hex: words[0]), let lock = SHA256Digest(hex: words[1]),
            let form = ImageForm(rawValue: String(words[2])), let manifest = SHA256Digest(hex: words[3])
        else { return nil }
        self.init(environment: environment, lock: lock, form: form, manifest: manifest)
    }

    var line: String { "\(environment.hex) \(lock.hex) \(form.rawValue) \(manifest.hex)" }
}

/// What is kept of an image beside its blobs: enough to see whether it would come out the same now.
struct KeptImageRecord {
    let manifest: SHA256Digest
    /// What the base was made of, when it was made of something that may change.
    let base: SHA256Digest?
    let architecture: String
    /// What the base's name is meant from.
    let folder: FilePath
    /// As the recipe names it; empty where there is none.
    let baseName: String

    init(
        manifest: SHA256Digest, base: SHA256Digest?, architecture: String, folder: FilePath, baseName: String
    ) {
        self.manifest = manifest
        self.base = base
        self.architecture = architecture
        self.folder = folder
        self.baseName = baseName
    }

    init?(record: [UInt8]) {
        let lines = String(decoding: record, as: UTF8.self)
            .split(separator: "\n", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 5, let manifest = SHA256Digest(hex: lines[0]) else { return nil }
        self.init(
            manifest: manifest, base: SHA256Digest(hex: lines[1]), architecture: lines[2], folder: FilePath(lines[4]),
            baseName: lines[3])
    }

    var record: [UInt8] {
        Array([manifest.hex, base?.hex ?? "-", architecture, baseName, folder.string].joined(separator: "\n").utf8)
    }

    static func key(_ environment: SHA256Digest, lock: SHA256Digest, _ form: ImageForm) -> String {
        "\(environment.hex) \(lock.hex) \(form.rawValue)"
    }
}

extension ContentStore {
    static let keptImages: RecordKind = "image.1"
}

extension EnvironmentBuilder {
    /// The image as it was made before; `nil` where it was not, where a blob of it is gone, and where its base is made of
    /// something else by now.
    ///
    /// - Parameter lock: what it is made of (``EnvironmentOrigin``).
    public func keptImage(
        of environment: SHA256Digest, lock: SHA256Digest, _ form: ImageForm
    ) throws -> KeptImage? {
        let key = KeptImageRecord.key(environment, lock: lock, form)
        guard let record = try store.record(kind: ContentStore.keptImages, key: key).flatMap(KeptImageRecord.init)
        else { return nil }
        let image = KeptImage(environment: environment, lock: lock, form: form, manifest: record.manifest)
        guard try isWhole(image) else { return nil }
        if let base = record.base,
            let now = try? baseDigest(record.baseName, beside: record.folder, machine: record.architecture), now != base
        {
            return nil
        }
        return image
    }

    /// Whether all that an image needs is in the store.
    public func isWhole(_ image: KeptImage) throws -> Bool {
        guard try store.contains(image.manifest) else { return false }
        return try store.holds(blobs: blobs(of: image.manifest), packages: [])
    }

    /// The blobs that a manifest names: its configuration and its layers.
    public func blobs(of manifest: SHA256Digest) throws -> [SHA256Digest] {
        let document = try ImageManifest(parsing: store.bytes(of: manifest), name: manifest.prefixed)
        return ([document.configuration] + document.layers).map(\.digest)
    }

    /// What a base is made of, where that may become something else: the digest of its lock.
    ///
    /// - Throws: `BaseError` where there is no such base any more.
    func baseDigest(_ name: String, beside folder: FilePath, machine: String) throws -> SHA256Digest? {
        guard !name.isEmpty, name != "none", let architecture = DebianArchitecture(anyName: machine) else { return nil }
        let reference = try BaseReference(name, relativeTo: folder)
        switch reference {
        case .file, .named:
            let bases = BaseImages(store: store, folders: baseFolders(beside: folder), offline: settings.offline)
            return try bases.lock(reference).digest(architecture)
        default: return nil
        }
    }
}
