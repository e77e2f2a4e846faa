public import ContentStore
public import ImageSpec
internal import Workers

/// An image at a registry: what is asked for is brought into a store first.
public struct RegistryContent: ImageContent {
    let client: RegistryClient
    let reference: RegistryReference
    let store: ContentStore
    let observe: RegistryObserver

    public init(
        _ reference: RegistryReference, client: RegistryClient, store: ContentStore,
        observe: @escaping RegistryObserver = { _ in }
    ) {
        (self.reference, self.client, self.store, self.observe) = (reference, client, store, observe)
    }

    public func source(of blob: Descriptor) async throws -> BlobSource {
        if [MediaType.index, MediaType.manifest].contains(MediaType.canonical(blob.mediaType)) {
            return .bytes(try await client.manifest(reference.with(digest: blob.digest)).bytes)
        }
        try await client.pull(blob, of: reference, into: store, observe: observe)
        return .file(store.blobPath(blob.digest))
    }
}
