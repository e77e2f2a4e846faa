/// A project's version (PEP 440), ordered and printed as PyPI's `packaging` does.
///
/// `1.0` and `1.0.0` are equal and hash alike, though each prints as it was written. A version of the common shapes
/// takes two words without an allocation; `packed` describes them. Every other valid version is kept in full in `wide`.
public struct Version: Sendable {
    /// Bits 63…36, 35…16 and 15…0 hold the first three numbers of the release.
    @usableFromInline let high: UInt64
    /// Bits 63…36 hold the fourth number of the release, 35…33 the kind of suffix and 32…4 its number: what orders
    /// versions. Bits 3…0 hold how many numbers were written.
    @usableFromInline let low: UInt64
    /// The version in full if the two words cannot hold it (they are 0 then).
    @usableFromInline let wide: WideVersion?

    @usableFromInline
    init(high: UInt64, low: UInt64, wide: WideVersion?) {
        self.high = high
        self.low = low
        self.wide = wide
    }

    /// The kinds of suffix that a packed version may have, in their order.
    enum Suffix {
        static let development: UInt64 = 0
        static let alpha: UInt64 = 1
        static let beta: UInt64 = 2
        static let candidate: UInt64 = 3
        static let none: UInt64 = 4
        static let post: UInt64 = 5
    }

    /// Packs a release of up to 15 numbers, the fifth and later being 0, and one suffix; `nil` if a number is too large.
    @inline(__always)
    static func packed(
        _ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64, count: Int, suffix: UInt64,
        number: UInt64
    ) -> Version? {
        guard first < 1 << 28, second < 1 << 20, third < 1 << 16, fourth < 1 << 28, count < 16, number < 1 << 29
        else { return nil }
        return Version(
            high: first << 36 | second << 16 | third, low: fourth << 36 | suffix << 33 | number << 4 | UInt64(count),
            wide: nil)
    }

    /// A release without suffixes: `Version(3, 11, 2)`.
    public init(_ major: UInt32, _ minor: UInt32, _ micro: UInt32? = nil) {
        let count = micro == nil ? 2 : 3
        let packed = Version.packed(
            UInt64(major), UInt64(minor), UInt64(micro ?? 0), 0, count: count, suffix: Suffix.none, number: 0)
        if let packed {
            self = packed
        } else {
            let numbers = [major, minor, micro ?? 0].prefix(count).map { VersionNumber.small(UInt64($0)) }
            let wide = WideVersion(
                epoch: .zero, release: Array(numbers), preRelease: nil, post: nil, development: nil, local: [])
            self.init(high: 0, low: 0, wide: wide)
        }
    }

    var suffix: UInt64 { (low >> 33) & 7 }
    var suffixNumber: UInt64 { (low >> 4) & (1 << 29 - 1) }

    /// How many numbers the release was written with: 3 for `1.2.0rc1`.
    public var releaseCount: Int {
        if let wide { return wide.release.count }
        return Int(low & 15)
    }

    /// The release's number at `index`, 0 past its end; `UInt64.max` stands for larger ones.
    public func release(_ index: Int) -> UInt64 { releaseNumber(index).clamped }

    func releaseNumber(_ index: Int) -> VersionNumber {
        if let wide { return wide.segment(index) }
        switch index {
        case 0: return .small(high >> 36)
        case 1: return .small((high >> 16) & 0xF_FFFF)
        case 2: return .small(high & 0xFFFF)
        case 3: return .small(low >> 36)
        default: return .zero
        }
    }

    var epochNumber: VersionNumber { wide?.epoch ?? .zero }

    /// Whether this is an alpha, beta, release candidate or development release.
    @inlinable
    public var isPrerelease: Bool {
        if let wide { return isPrerelease(wide) }
        return (low >> 33) & 7 <= 3
    }

    @usableFromInline
    func isPrerelease(_ wide: WideVersion) -> Bool { wide.preRelease != nil || wide.development != nil }

    /// Whether this is a post-release (a development release of one too).
    public var isPostrelease: Bool {
        if let wide { return wide.post != nil }
        return suffix == Suffix.post
    }

    /// Whether this is a development release.
    public var isDevelopmentRelease: Bool {
        if let wide { return wide.development != nil }
        return suffix == Suffix.development
    }

    /// Whether the version has a local segment: `2.1+cpu`.
    public var isLocal: Bool {
        if let wide { return !wide.local.isEmpty }
        return false
    }

    /// The local segment without its `+`, normalised: `cpu` of `2.1+cpu`.
    public var local: String? {
        guard let wide, !wide.local.isEmpty else { return nil }
        var text = ""
        VersionText.append(local: wide.local, to: &text)
        return text
    }

    /// The version without its local segment (PEP 440's public version).
    public var withoutLocal: Version {
        guard let wide, !wide.local.isEmpty else { return self }
        var parts = VersionParts(wide)
        parts.local = []
        return parts.version
    }

    /// The release alone, without suffixes and local segment: `1.2` of `1.2rc1+x`.
    public var base: Version {
        var parts = VersionParts(self)
        parts.preRelease = nil
        parts.post = nil
        parts.development = nil
        parts.local = []
        return parts.version
    }
}
