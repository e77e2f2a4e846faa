internal import ContentStore
public import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import ImageSpec
internal import Publishing
internal import PythonPackaging
internal import Recipes
internal import Synchronization
public import SystemPackage
internal import Workers

/// Delivering what was built: as archives of the store, to registries, onto shared volumes.
extension BuildService {
    /// Looks whether all of an order's deliveries may be made.
    ///
    /// - Parameter askers: `TENANT/USER`; what one of them may is done.
    /// - Throws: ``EnvironmentSupplyError`` (`notAllowed`; `cannotBuild` for what was sent and would take a name).
    func admit(_ order: BuildOrder, for askers: [String]) throws {
        let tenants = Set(askers.map(Asker.tenant))
        for delivery in order.deliveries {
            try places.admit(delivery, by: tenants)
            if case .volume(let volume) = delivery, volume.lease == nil, Self.isForeign(order.reference) {
                throw EnvironmentSupplyError(
                    .cannotBuild, "volume \(volume.volume)",
                    "keeps environments by names, and a recipe or lock that is sent takes none",
                    advice: "say for whom and how long it is held: --lease HOLDER --for 7d, "
                        + "which is volume:\(volume.volume)?lease=HOLDER&for=7d in the API")
            }
        }
    }

    /// Makes an order's deliveries, one after the other. One that fails is noted, and leaves the environment and the others
    /// as they are.
    ///
    /// - Throws: `CancellationError` alone.
    func deliver(
        _ order: BuildOrder, _ environment: EnvironmentManifest, of input: EnvironmentInput, _ id: Build.ID,
        _ builder: EnvironmentBuilder
    ) async throws {
        for delivery in order.deliveries {
            try Task.checkCancellation()
            note("delivering", "\(delivery)", of: id)
            var outcome = Build.Delivery(delivery)
            do {
                try admit(order, for: build(id)?.askers ?? [])
                switch delivery {
                case .tarGzip: try await archive(.tarGzip, order, input, builder, &outcome)
                case .zip: try await archive(.zip, order, input, builder, &outcome)
                case .image(let place):
                    try await push(.registry(place), environment, order, input, builder, &outcome)
                case .volume(let volume): try await publish(volume, environment, order, builder, &outcome)
                }
                outcome.state = .delivered
                note("delivered", "\(delivery): \(outcome.place)", of: id)
            } catch {
                // Whoever has cancelled the build has cancelled the rest.
                if Task.isCancelled { throw CancellationError() }
                outcome.state = .failed
                let trouble = Build.Trouble(error)
                outcome.trouble = trouble
                note("undelivered", "\(delivery): \(trouble.message)", of: id)
            }
            state.withLock { state in
                guard let index = state.builds[id]?.deliveries.firstIndex(where: { $0.delivery == outcome.delivery })
                else { return }
                state.builds[id]?.deliveries[index] = outcome
            }
        }
    }

    private func archive(
        _ format: ArchivePlace.Format, _ order: BuildOrder, _ input: EnvironmentInput, _ builder: EnvironmentBuilder,
        _ outcome: inout Build.Delivery
    ) async throws {
        let result = try await builder.build(
            input, policy: .locked,
            BuildRequest(archives: [.kept(format)], isNamed: !Self.isForeign(order.reference)))
        (outcome.digest, outcome.size) = (result.archives.first?.digest.hex, result.archives.first?.size)
    }

    /// The image that `chidori env build --image` makes of the same lock.
    private func push(
        _ place: ImageReference, _ environment: EnvironmentManifest, _ order: BuildOrder, _ input: EnvironmentInput,
        _ builder: EnvironmentBuilder, _ outcome: inout Build.Delivery
    ) async throws {
        let python = try PythonVersion(environment.python)
        let interpreter = try await blocking { builder.ownInterpreter(python) }
        let result = try await builder.build(
            input, policy: .locked,
            BuildRequest(images: [place], interpreter: interpreter, isNamed: !Self.isForeign(order.reference)))
        (outcome.digest, outcome.size) = (result.image?.digest.hex, result.image?.size)
    }

    private func publish(
        _ delivery: VolumeDelivery, _ environment: EnvironmentManifest, _ order: BuildOrder,
        _ builder: EnvironmentBuilder, _ outcome: inout Build.Delivery
    ) async throws {
        guard let folder = places.volumes[delivery.volume] else { return }
        var request = VolumeRequest(
            volume: folder, lease: delivery.lease.map { .lease($0.holder, seconds: $0.seconds) })
        request.name = environment.name
        let publication = try await builder.publish(environment.id.digest.hex, from: "/", request)
        // Where the server has mounted it is nobody's business.
        outcome.path = publication.path.components.suffix(2).map(\.string).joined(separator: "/")
    }
}

extension Build.Delivery {
    /// Where it is, for people.
    fileprivate var place: String { digest.map { "sha256:\($0)" } ?? path ?? "" }
}

// MARK: - Archives

/// An archive that a build has made, in the store.
public struct KeptArchive: Sendable {
    public let path: FilePath
    public let digest: SHA256Digest
    /// `features-1.0.tar.gz`: what it may be called elsewhere.
    public let fileName: String
}

extension BuildService {
    /// An archive that a build has made; `nil` where it has made none of that format, and where it is gone again.
    ///
    /// - Parameter format: `tar.gz` or `zip`.
    public func archive(_ format: String, of id: Build.ID) async throws -> KeptArchive? {
        guard let build = build(id), ["tar.gz", "zip"].contains(format),
            let made = build.deliveries.first(where: { $0.delivery == format && $0.state == .delivered }),
            let digest = made.digest.flatMap({ SHA256Digest(hex: $0) })
        else { return nil }
        return try await blocking {
            guard try self.builder.store.contains(digest) else { return nil }
            let name = build.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
            return KeptArchive(
                path: self.builder.store.blobPath(digest), digest: digest,
                fileName: "\(name.isEmpty ? "environment" : name).\(format)")
        }
    }

    /// What the build of a source has printed; `nil` where nothing was kept of one of that name.
    public func log(ofSource name: String, in id: Build.ID) async throws -> [UInt8]? {
        guard let build = build(id), build.sources.contains(name) else { return nil }
        return try await journal.perform { $0.log(of: name, in: id) }
    }
}
