internal import Cryptography
public import ImageSpec
internal import Transfer

extension RegistryClient {
    /// The content of a small blob, such as a configuration or a signature's payload.
    ///
    /// - Parameter limit: in bytes; a larger one is refused.
    /// - Throws: ``RegistryError`` (`notFound`, `denied`, `mismatch`, `tooLarge`), `TransferError`, `CancellationError`.
    public func bytes(
        of blob: Descriptor, in repository: RegistryReference, limit: Int = 16 << 20
    ) async throws -> [UInt8] {
        guard blob.size <= UInt64(limit) else {
            throw RegistryError(
                .tooLarge, repository.place, "has a document of \(blob.size) bytes (\(blob.digest.prefixed))",
                advice: "check that the image is what it should be")
        }
        return try await reading(repository.with(digest: repository.digest ?? blob.digest)) { endpoint in
            let access = try await self.authenticator.access(of: endpoint)
            let url = try access.url(endpoint.repository, "blobs/\(blob.digest.prefixed)")
            let response = try await self.send(
                Request(url, acceptsCompression: false, bodyLimit: limit), to: endpoint,
                for: [RegistryScope(endpoint.repository, .pull)])
            guard response.isSuccess else {
                throw self.failure(response, "\(endpoint.reference.place)@\(blob.digest.prefixed)", endpoint)
            }
            let digest = SHA256Digest(of: response.body)
            guard digest == blob.digest else {
                throw RegistryError(
                    .mismatch, endpoint.reference.place,
                    "has \(digest.prefixed) where \(blob.digest.prefixed) was expected",
                    advice: "try again; if it persists, do not trust \(endpoint.host)")
            }
            return response.body
        }
    }
}
