internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import ImageSpec
internal import Layers
internal import Registry
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// The client of registries, made when the first one is asked: it reads the user's files.
final class RegistryConnection: Sendable {
    private let client = Mutex<RegistryClient?>(nil)

    /// Blocks.
    func open(_ settings: BuilderSettings) throws -> RegistryClient {
        try client.withLock { client in
            if let client { return client }
            var registries = try RegistrySettings.ofUser(
                environment: processEnvironment(), plainHosts: settings.plainHTTP)
            if let file = settings.registryCredentials { registries.credentials.files.insert(file, at: 0) }
            let made = RegistryClient(registries)
            client = made
            return made
        }
    }
}

extension EnvironmentBuilder {
    /// Asks registries.
    ///
    /// - Parameter place: what is asked for, for the message where nobody may be asked.
    /// - Throws: `RegistryError` (`offline`, `badConfiguration`).
    func registry(for place: RegistryReference) async throws -> RegistryClient {
        try admit([.registry(place)])
        return try await blocking { [self] in try registry.open(settings) }
    }

    /// Refuses places that could not be reached in the end, before anything is made for them.
    ///
    /// - Throws: `RegistryError` (`offline`).
    func admit(_ places: [ImageReference]) throws {
        guard settings.offline else { return }
        for case .registry(let place) in places {
            throw RegistryError(
                .offline, "docker://\(place)", "is at a registry, which may not be asked offline",
                advice: "run the same without --offline")
        }
    }

    /// Pushes an image.
    ///
    /// - Parameters:
    ///   - bases: the names of what it stands on: layers of theirs that are at the same registry are taken from there.
    ///   - tag: of an image there that is probably much the same, where `place` does not name it.
    @discardableResult
    func push(
        _ root: Descriptor, from content: some ImageContent, to place: RegistryReference, basedOn bases: [String] = [],
        after tag: String? = nil
    ) async throws -> PushReport {
        let host = place.host
        let repositories = try await blocking { [self] in try likelyPlaces(of: bases, at: host) }
        let report = try await pushing {
            try await registry(for: place).push(
                root, from: content, to: place, mounting: repositories, after: tag,
                observe: observe { .uploaded(file: $0, size: $1) })
        }
        try await blocking { [self] in try remember(bases, in: place) }
        observer(
            .detail(
                "docker://\(place): \(counted(report.sent, "blob")) sent (\(readable(bytes: report.bytes))), "
                    + "\(report.mounted) mounted, \(report.present) there already"))
        return report
    }

    /// Does what a push needs of a registry: one that is not reached cannot be done without, as one that is read can.
    func pushing<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as TransferError where error.code.isAboutReaching {
            throw TransferError(
                error.code, error.subject, error.message,
                advice:
                    "check host, port and proxy (HTTPS_PROXY, NO_PROXY), and push again: what was sent is not sent twice",
                cause: error.cause)
        }
    }

    /// Brings a base from its registry into the store. One that is pinned by its digest is asked for once, another one
    /// each time: its tag may have moved.
    func bring(
        _ reference: BaseReference, for architecture: DebianArchitecture, to bases: BaseImages
    ) async throws {
        guard case .registry(let place) = reference, !settings.offline else { return }
        if place.digest != nil, try await blocking({ try bases.known(place, for: architecture) != nil }) { return }
        let client = try await registry(for: place)
        let image = try await client.pull(
            place, .one(Platform(architecture: architecture.oci)), into: store,
            observe: observe { .downloaded(file: $0, size: $1) })
        try await blocking { try bases.remember(place, for: architecture, manifest: image.chosen.digest) }
    }

    /// What happens at a registry, as what happens in a build.
    ///
    /// - Parameter arrived: what the arrival of a blob is.
    func observe(as arrived: @escaping @Sendable (String, UInt64) -> BuildEvent) -> RegistryObserver {
        { [observer] event in
            switch event {
            case .receiving(let blob, let bytes):
                observer(.downloading(file: blob.shortName, received: bytes, size: blob.size))
            case .sending(let blob, let bytes):
                observer(.uploading(file: blob.shortName, sent: bytes, size: blob.size))
            case .arrived(let blob, .transferred):
                observer(arrived(blob.shortName, blob.size))
            case .arrived(let blob, .mounted(let repository)):
                observer(.detail("\(blob.shortName) was taken from \(repository)"))
            case .arrived(_, .present): break
            }
        }
    }
}

extension TransferErrorCode {
    /// Whether nobody was reached, or nobody who could answer.
    fileprivate var isAboutReaching: Bool {
        switch self {
        case .unresolvedHost, .unreachable: true
        case .status(let status): status >= 500 || status == 408
        default: false
        }
    }
}

extension Descriptor {
    fileprivate var shortName: String { String(digest.prefixed.prefix(19)) }
}

/// The blobs of an image that was made here.
struct SetContent: ImageContent {
    private let blobs: [SHA256Digest: ImageBlob]

    init(_ image: ImageSet) {
        blobs = Dictionary(image.blobs.map { ($0.digest, $0) }) { first, _ in first }
    }

    func source(of blob: Descriptor) throws -> BlobSource {
        switch blobs[blob.digest]?.source {
        case .bytes(let bytes): return .bytes(bytes)
        case .file(let path): return .file(path)
        case nil:
            throw LayersError(
                .badLayout, blob.digest.prefixed, "belongs to the image and is not at hand", advice: "build it again")
        }
    }
}
