extension Version: Comparable, Hashable {
    @inlinable
    public static func == (left: Version, right: Version) -> Bool {
        if left.wide == nil, right.wide == nil {
            return left.high == right.high && left.low >> 4 == right.low >> 4
        }
        return order(left, right, withLocal: true) == 0
    }

    @inlinable
    public static func < (left: Version, right: Version) -> Bool {
        if left.wide == nil, right.wide == nil {
            return left.high == right.high ? left.low >> 4 < right.low >> 4 : left.high < right.high
        }
        return order(left, right, withLocal: true) < 0
    }

    /// The order by PEP 440, of the public versions alone if wanted so: -1, 0 or 1.
    @usableFromInline
    static func order(_ left: Version, _ right: Version, withLocal: Bool) -> Int {
        if left.wide == nil, right.wide == nil {
            if left.high != right.high { return left.high < right.high ? -1 : 1 }
            let (a, b) = (left.low >> 4, right.low >> 4)
            return a == b ? 0 : a < b ? -1 : 1
        }
        return WideVersion.order(left.unpacked, right.unpacked, withLocal: withLocal)
    }

    /// The version in full, made on the spot for a packed one.
    private var unpacked: WideVersion {
        if let wide { return wide }
        let parts = VersionParts(self)
        return WideVersion(
            epoch: .zero, release: parts.release, preRelease: parts.preRelease, post: parts.post,
            development: parts.development, local: [])
    }

    public func hash(into hasher: inout Hasher) {
        guard let wide else {
            hasher.combine(high)
            hasher.combine(low >> 4)
            return
        }
        // A wide version equals a packed one only where trailing zeros alone made it wide: those hash as packed.
        var parts = VersionParts(wide)
        while parts.count > 1, parts.more.last?.isZero ?? (parts.count > 4) {
            if !parts.more.isEmpty { parts.more.removeLast() }
            parts.count -= 1
        }
        let trimmed = parts.version
        if trimmed.wide == nil {
            hasher.combine(trimmed.high)
            hasher.combine(trimmed.low >> 4)
            return
        }
        hasher.combine(wide.epoch)
        let significant = wide.release.reversed().drop(while: \.isZero)
        for number in significant { hasher.combine(number) }
        hasher.combine(wide.preReleaseRank)
        hasher.combine(wide.preRelease?.number ?? .zero)
        hasher.combine(wide.post)
        hasher.combine(wide.development)
        hasher.combine(wide.local)
    }
}
