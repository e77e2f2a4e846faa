internal import ContentStore
internal import Cryptography
internal import PythonIndex
internal import SystemPackage
internal import Workers

/// What a look at every stored byte found, and what came of it.
public struct StoreReport: Sendable {
    /// How many files there are, and their bytes.
    public let blobs: Int
    public let bytes: UInt64
    /// Files whose bytes are not what they were stored as.
    public let damaged: [String]
    /// Those of them, and of the missing ones, that are good again, or that are made again when they are needed.
    public let mended: [String]
    /// Files that environments need and that are not there.
    public let missing: [String]
    /// How many are still not good.
    public let unmended: Int
    public let seconds: Double
}

extension EnvironmentBuilder {
    /// Reads every stored byte and mends what is damaged: artifacts are fetched again; what was derived from them is
    /// set aside and made again when it is needed.
    ///
    /// - Parameter mending: whether anything is changed at all.
    public func verifyStore(mending: Bool) async throws -> StoreReport {
        let watch = Stopwatch()
        let (store, workers) = (self.store, self.workers)
        let found = try await blocking { try store.verify(workers: workers) }
        let missing = Set(found.missing.values.joined()).sorted()
        var mended: [String] = []
        var unmended = 0
        for digest in found.damaged.map(\.digest) + missing {
            let artifact = try store.remembered(digest)
            let name = artifact?.filename ?? digest.prefixed
            guard mending else {
                unmended += 1
                continue
            }
            _ = try store.quarantine(digest)
            guard let artifact else {
                if missing.contains(digest) { unmended += 1 } else { mended.append("\(name) (made again when needed)") }
                continue
            }
            do {
                _ = try await index(for: nil, in: settings.data).fetch(artifact)
                mended.append(name)
            } catch {
                unmended += 1
                observer(.warning("\(name) could not be fetched again: \(error)"))
            }
        }
        return StoreReport(
            blobs: found.blobs, bytes: found.bytes, damaged: try found.damaged.map { try name(of: $0.digest) },
            mended: mended, missing: try missing.map(name), unmended: unmended, seconds: watch.seconds)
    }

    private func name(of digest: SHA256Digest) throws -> String {
        try store.remembered(digest).map { "\($0.filename) (\(digest.prefixed))" } ?? digest.prefixed
    }
}
