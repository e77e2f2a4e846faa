internal import BuildService
internal import Cryptography
internal import EnvironmentBuilder
internal import HTTPServer
internal import SystemPackage

/// The builder's images as the HTTP server offers them.
struct BuildImageService: ImageService {
    let builds: BuildService

    func repositories() async throws -> [String] { try await builds.repositories() }

    func tags(of repository: String) async throws -> [String]? { try await builds.tags(of: repository) }

    func manifest(
        _ reference: ManifestReference, of repository: String, for asker: String, patience: Duration
    ) async throws -> ManifestAnswer {
        let answer =
            switch reference {
            case .tag(let tag): try await builds.image(tagged: tag, of: repository, for: asker, patience: patience)
            case .digest(let digest):
                try await builds.image(withDigest: digest, of: repository, for: asker, patience: patience)
            }
        return switch answer {
        case .manifest(let manifest): .manifest(ServedManifest(manifest))
        case .making(let build):
            .making(
                build: build.id.description,
                message: build.lastEvent.map { "\($0.stage): \($0.message)" } ?? "it begins")
        case .unknownRepository: .unknownRepository
        case .unknownManifest: .unknownManifest
        }
    }

    func blob(_ digest: SHA256Digest, of repository: String) async throws -> FilePath? {
        try await builds.blob(digest, of: repository)
    }

    func referrers(to subject: SHA256Digest, in repository: String) async throws -> [Referrer]? {
        try await builds.referrers(to: subject, in: repository)?.map { manifest in
            Referrer(
                manifest: ServedManifest(manifest), artifactType: manifest.artifactType,
                annotations: manifest.annotations)
        }
    }
}

extension ServedManifest {
    fileprivate init(_ manifest: StoredManifest) {
        self.init(digest: manifest.digest, mediaType: manifest.mediaType, bytes: manifest.bytes)
    }
}
