/// The parts of a version that does not fit `Version`'s packed form: an epoch, a local segment, several suffixes at
/// once, many or huge numbers.
@usableFromInline
final class WideVersion: Sendable {
    enum PreReleaseKind: UInt8, Sendable {
        case alpha = 1
        case beta = 2
        case candidate = 3

        var text: StaticString {
            switch self {
            case .alpha: "a"
            case .beta: "b"
            case .candidate: "rc"
            }
        }
    }

    struct PreRelease: Sendable, Equatable {
        var kind: PreReleaseKind
        var number: VersionNumber
    }

    /// One part of a local version; numbers sort after words (PEP 440).
    enum LocalSegment: Sendable, Hashable {
        case word(String)
        case number(VersionNumber)

        static func order(_ left: Self, _ right: Self) -> Int {
            switch (left, right) {
            case (.word(let a), .word(let b)): a.hasSameBytes(as: b) ? 0 : a < b ? -1 : 1
            case (.number(let a), .number(let b)): VersionNumber.order(a, b)
            case (.word, .number): -1
            case (.number, .word): 1
            }
        }
    }

    let epoch: VersionNumber
    let release: [VersionNumber]
    let preRelease: PreRelease?
    let post: VersionNumber?
    let development: VersionNumber?
    let local: [LocalSegment]

    init(
        epoch: VersionNumber, release: [VersionNumber], preRelease: PreRelease?, post: VersionNumber?,
        development: VersionNumber?, local: [LocalSegment]
    ) {
        self.epoch = epoch
        self.release = release
        self.preRelease = preRelease
        self.post = post
        self.development = development
        self.local = local
    }

    /// Where the version stands among those of one release by its pre-release segment: development releases of
    /// nothing else first, then alpha, beta, candidate, and everything without such a segment.
    var preReleaseRank: UInt8 {
        if let preRelease { return preRelease.kind.rawValue }
        return post == nil && development != nil ? 0 : 4
    }

    /// The order of two versions by PEP 440, local segments only if wanted: -1, 0 or 1.
    static func order(_ left: WideVersion, _ right: WideVersion, withLocal: Bool) -> Int {
        var order = VersionNumber.order(left.epoch, right.epoch)
        if order != 0 { return order }
        for index in 0..<max(left.release.count, right.release.count) {
            order = VersionNumber.order(left.segment(index), right.segment(index))
            if order != 0 { return order }
        }
        if left.preReleaseRank != right.preReleaseRank { return left.preReleaseRank < right.preReleaseRank ? -1 : 1 }
        order = VersionNumber.order(left.preRelease?.number ?? .zero, right.preRelease?.number ?? .zero)
        if order != 0 { return order }
        switch (left.post, right.post) {
        case (nil, nil): break
        case (nil, _): return -1
        case (_, nil): return 1
        case (let a?, let b?):
            order = VersionNumber.order(a, b)
            if order != 0 { return order }
        }
        switch (left.development, right.development) {
        case (nil, nil): break
        case (nil, _): return 1
        case (_, nil): return -1
        case (let a?, let b?):
            order = VersionNumber.order(a, b)
            if order != 0 { return order }
        }
        return withLocal ? localOrder(left.local, right.local) : 0
    }

    private static func localOrder(_ left: [LocalSegment], _ right: [LocalSegment]) -> Int {
        for index in 0..<min(left.count, right.count) {
            let order = LocalSegment.order(left[index], right[index])
            if order != 0 { return order }
        }
        return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
    }

    func segment(_ index: Int) -> VersionNumber {
        index < release.count ? release[index] : .zero
    }
}
