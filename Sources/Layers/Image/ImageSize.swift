internal import ContentStore
internal import Cryptography
internal import ImageSpec

/// What takes the room in an image, by package and by layer.
public struct ImageSize: Sendable, Equatable {
    /// A package in all layers together: its files and its bytecode.
    public struct Package: Sendable, Equatable {
        /// `numpy 2.4.6`
        public var title: String
        public var files: Int
        /// Bytes of the files.
        public var size: UInt64
        /// Bytes in the image, compressed.
        public var compressedSize: UInt64
    }

    /// One layer.
    public struct LayerShare: Sendable, Equatable {
        public var title: String
        /// Bytes of the tar; `nil` for a layer of the base, which nobody has unpacked here.
        public var size: UInt64?
        /// Bytes in the image, compressed.
        public var compressedSize: UInt64
    }

    /// The largest (compressed) first.
    public var packages: [Package]
    /// In the image's order.
    public var layers: [LayerShare]
    /// Bytes of all layers, compressed.
    public var total: UInt64 { layers.reduce(0) { $0 + $1.compressedSize } }
    /// Bytes of the layers above the base, compressed.
    public var own: UInt64 { layers.reduce(0) { $0 + ($1.size == nil ? 0 : $1.compressedSize) } }

    init(packages: [Package], layers: [LayerShare]) {
        self.packages = packages
        self.layers = layers
    }

    public init(_ image: Image) {
        let ours = Dictionary(image.layers.map { ($0.blob.digest, $0) }) { first, _ in first }
        layers = image.manifest.layers.map { descriptor in
            let layer = ours[descriptor.digest]
            return LayerShare(
                title: layer?.title ?? "base", size: layer?.size, compressedSize: descriptor.size)
        }
        var packages: [String: Package] = [:]
        for part in image.layers.flatMap(\.parts) {
            var package = packages[part.title] ?? Package(title: part.title, files: 0, size: 0, compressedSize: 0)
            package.files += part.files
            package.size += part.size
            package.compressedSize += part.compressedSize
            packages[part.title] = package
        }
        self.packages = packages.values.sorted {
            ($1.compressedSize, $0.title) < ($0.compressedSize, $1.title)
        }
    }
}
