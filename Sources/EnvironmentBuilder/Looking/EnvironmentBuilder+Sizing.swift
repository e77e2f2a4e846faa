internal import ContentStore
internal import Cryptography
internal import Layers
internal import PythonPackaging
public import Recipes
internal import Units
internal import Workers

/// What takes the room in an environment: by package, and by layer of its image.
public struct SizeReport: Sendable {
    public struct Package: Sendable {
        public let name: String
        public let version: String
        public let files: Int
        /// Bytes of its files, unpacked.
        public let size: UInt64
        /// Bytes of its bytecode; `nil` where none was made.
        public let bytecode: UInt64?
        /// Bytes in the image, compressed, with its bytecode; `nil` where no image was made.
        public let compressed: UInt64?

        /// Whether it is a jar: those are called `group:artifact`, as no package is.
        public var isJar: Bool { name.contains(":") }
    }

    public struct Layer: Sendable {
        /// What it holds; `base` for the base's.
        public let title: String
        /// Bytes of the tar; `nil` for the base's.
        public let size: UInt64?
        /// Bytes as it is pushed.
        public let compressed: UInt64
    }

    public let id: EnvironmentID
    public let name: String
    public let platform: String
    /// The largest first.
    public let packages: [Package]
    /// Of the image that was made last, from the bottom; none where no image was made.
    public let layers: [Layer]
    /// What the recipe allows; known where a recipe or a lock was named.
    public let budget: Recipe.Budget?

    /// Bytes unpacked, with bytecode.
    public var unpacked: UInt64 { packages.reduce(0) { $0 + $1.size + ($1.bytecode ?? 0) } }
    /// Bytes of the image's own layers; `nil` where no image was made.
    public var image: UInt64? {
        layers.isEmpty ? nil : layers.reduce(0) { $0 + ($1.size == nil ? 0 : $1.compressed) }
    }
    /// Bytes of the base's layers.
    public var base: UInt64 { layers.reduce(0) { $0 + ($1.size == nil ? $1.compressed : 0) } }
}

extension ContentStore {
    static let imageSizes: RecordKind = "imagesize.1"

    /// Keeps what the image of an environment came to.
    func remember(_ size: ImageSize, of environment: EnvironmentID) throws {
        let record = size.record
        let key = environment.digest.hex
        if try self.record(kind: Self.imageSizes, key: key) == record { return }
        try setRecord(kind: Self.imageSizes, key: key, value: record)
    }

    fileprivate func imageSize(of environment: EnvironmentID) throws -> ImageSize? {
        try record(kind: Self.imageSizes, key: environment.digest.hex).flatMap(ImageSize.init(record:))
    }
}

extension EnvironmentBuilder {
    /// What takes the room in the environments of a lock, one for each platform. Fetches what is missing.
    public func sizes(of located: LocatedLock) async throws -> [SizeReport] {
        let kept = try await store.keepContents(awaiting: "measuring \(located.name)")
        defer { kept.release() }
        let environments = try await environments(of: located)
        let stored = try await blocking { [store] in try StoredUnits(of: store) }
        return try environments.map { environment in
            try size(
                environment.id, name: environment.name, platform: environment.platform.description,
                units: environment.units, stored: stored, budget: located.lock.recipe?.budget)
        }
    }

    /// What takes the room in one environment of the store.
    public func size(of summary: EnvironmentSummary) throws -> SizeReport {
        let stored = try StoredUnits(of: store)
        let units = try summary.manifest.units.map { unit in
            guard let known = stored[unit.tree] else {
                throw BuilderError(
                    .damaged, subject: "\(unit.name) \(unit.version)",
                    message: "is not described in the store any more",
                    advice: "build the environment again, which describes it anew")
            }
            return known
        }
        return try size(
            summary.id, name: summary.manifest.name, platform: summary.manifest.platform, units: units,
            stored: stored, budget: nil)
    }

    private func size(
        _ id: EnvironmentID, name: String, platform: String, units: [Unit], stored: StoredUnits,
        budget: Recipe.Budget?
    ) throws -> SizeReport {
        let image = try store.imageSize(of: id)
        let compressed = Dictionary(
            (image?.packages ?? []).map { ($0.title, $0.compressedSize) }, uniquingKeysWith: { $0 + $1 })
        let bytecode = try bytecodeSizes(of: id, stored)
        let packages = units.map { unit in
            SizeReport.Package(
                name: unit.name, version: unit.version, files: unit.fileCount, size: unit.size,
                bytecode: bytecode[unit.name], compressed: image == nil ? nil : compressed[unit.description] ?? 0)
        }
        return SizeReport(
            id: id, name: name, platform: platform,
            packages: packages.sorted {
                ($1.size + ($1.bytecode ?? 0), $0.name) < ($0.size + ($0.bytecode ?? 0), $1.name)
            },
            layers: (image?.layers ?? []).map {
                SizeReport.Layer(title: $0.title, size: $0.size, compressed: $0.compressedSize)
            }, budget: budget)
    }

    /// The bytecode that an environment was delivered with, by package; of several interpreters' the largest.
    private func bytecodeSizes(of id: EnvironmentID, _ stored: StoredUnits) throws -> [String: UInt64] {
        var blobs: Set<SHA256Digest> = []
        for content in try store.contents(of: id.digest) ?? [] {
            if case .blob(let digest) = content { blobs.insert(digest) }
        }
        let units = stored.all.filter { $0.kind == .bytecode && blobs.contains($0.artifact) }
        return Dictionary(units.map { ($0.name, $0.size) }, uniquingKeysWith: max)
    }
}
