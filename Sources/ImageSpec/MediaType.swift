/// Media types of OCI documents and layers (OCI image-spec, media-types.md).
public enum MediaType {
    public static let index = "application/vnd.oci.image.index.v1+json"
    public static let manifest = "application/vnd.oci.image.manifest.v1+json"
    public static let configuration = "application/vnd.oci.image.config.v1+json"
    public static let layer = "application/vnd.oci.image.layer.v1.tar"
    public static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
    public static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"

    /// The configuration of an artifact that has none: two bytes, `{}` (OCI 1.1).
    public static let empty = "application/vnd.oci.empty.v1+json"
    public static let emptyDocument = Array("{}".utf8)

    /// What a manifest can be, in every spelling: what a client says that it takes.
    public static let manifests = [
        index, manifest, "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]

    /// Types of Docker's that mean the same as one of OCI's.
    private static let docker = [
        "application/vnd.docker.distribution.manifest.list.v2+json": index,
        "application/vnd.docker.distribution.manifest.v2+json": manifest,
        "application/vnd.docker.container.image.v1+json": configuration,
        "application/vnd.docker.image.rootfs.diff.tar": layer,
        "application/vnd.docker.image.rootfs.diff.tar.gzip": gzipLayer,
    ]

    /// OCI's name for a type, whichever of the two wrote it.
    public static func canonical(_ type: String) -> String { docker[type] ?? type }
}
