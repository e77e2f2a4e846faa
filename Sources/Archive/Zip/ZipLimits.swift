/// How much a zip may claim before it is taken for a bomb.
///
/// Deflate cannot do better than 1032:1, so a member that claims more lies; a whole archive beyond `ratio` is no
/// software. Both hold for what the directory claims, and streaming holds each member to its claim.
public struct ZipLimits: Sendable, Equatable {
    /// The most bytes that all members together may inflate to.
    public var totalSize: UInt64
    /// The highest ratio of inflated to compressed bytes over the whole archive, beyond the first 64 MiB.
    public var ratio: UInt64
    /// The most bytes the central directory may take; about 46 and the name a member.
    public var directorySize: UInt64

    public init(totalSize: UInt64 = 8 << 30, ratio: UInt64 = 200, directorySize: UInt64 = 64 << 20) {
        self.totalSize = totalSize
        self.ratio = ratio
        self.directorySize = directorySize
    }
}
