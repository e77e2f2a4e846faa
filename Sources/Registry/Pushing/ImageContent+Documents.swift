internal import Cryptography
internal import FileSystem
public import ImageSpec
internal import SystemPackage
internal import Workers

extension ImageContent {
    /// A manifest or index, compared with its digest.
    ///
    /// - Throws: ``RegistryError`` (`tooLarge`, `damaged`), and what the content throws.
    public func document(_ descriptor: Descriptor) async throws -> RegistryManifest {
        RegistryManifest(
            mediaType: descriptor.mediaType, try await small(descriptor, limit: RegistryManifest.limit))
    }

    /// The bytes of a small blob, compared with its digest.
    ///
    /// - Parameter limit: in bytes.
    /// - Throws: as ``document(_:)``.
    public func small(_ blob: Descriptor, limit: Int = 16 << 20) async throws -> [UInt8] {
        let tooLarge = RegistryError(
            .tooLarge, blob.digest.prefixed, "is a document of more than \(limit) bytes",
            advice: "check that the image is what it should be")
        guard blob.size <= UInt64(limit) else { throw tooLarge }
        let bytes: [UInt8]
        switch try await source(of: blob) {
        case .bytes(let given): bytes = given
        case .file(let path):
            bytes = try await blocking {
                do {
                    return try path.fileContents(limit: limit)
                } catch {
                    throw RegistryError(
                        .damaged, path.string, "cannot be read: \(error)", advice: "make or copy the image anew",
                        cause: error)
                }
            }
        }
        guard SHA256Digest(of: bytes) == blob.digest else {
            throw RegistryError(
                .damaged, blob.digest.prefixed, "no longer has the content that its digest is of",
                advice: "make or copy the image anew")
        }
        return bytes
    }
}
