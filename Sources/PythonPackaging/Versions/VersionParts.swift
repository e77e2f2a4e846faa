/// A version taken apart, on its way into or out of its compact form.
struct VersionParts {
    var epoch: VersionNumber = .zero
    /// The first four numbers of the release, as long as `more` is empty.
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var fourth: UInt64 = 0
    var count = 0
    /// The whole release once it has a number past the fourth that is not 0, or one that is too large.
    var more: [VersionNumber] = []
    var preRelease: WideVersion.PreRelease?
    var post: VersionNumber?
    var development: VersionNumber?
    var local: [WideVersion.LocalSegment] = []

    init() {}

    init(_ wide: WideVersion) {
        epoch = wide.epoch
        for number in wide.release { append(number) }
        preRelease = wide.preRelease
        post = wide.post
        development = wide.development
        local = wide.local
    }

    init(_ version: Version) {
        if let wide = version.wide {
            self.init(wide)
            return
        }
        self.init()
        for index in 0..<version.releaseCount { append(version.releaseNumber(index)) }
        let number = VersionNumber.small(version.suffixNumber)
        switch version.suffix {
        case Version.Suffix.development: development = number
        case Version.Suffix.alpha: preRelease = .init(kind: .alpha, number: number)
        case Version.Suffix.beta: preRelease = .init(kind: .beta, number: number)
        case Version.Suffix.candidate: preRelease = .init(kind: .candidate, number: number)
        case Version.Suffix.post: post = number
        default: break
        }
    }

    @inline(__always)
    mutating func append(_ number: VersionNumber) {
        if case .small(let value) = number, more.isEmpty, count < 4 || value == 0 {
            switch count {
            case 0: first = value
            case 1: second = value
            case 2: third = value
            case 3: fourth = value
            default: break
            }
        } else {
            if more.isEmpty { more = release }
            more.append(number)
        }
        count += 1
    }

    /// The release's numbers as written, trailing zeros and all.
    var release: [VersionNumber] {
        if !more.isEmpty { return more }
        let numbers = [first, second, third, fourth].prefix(count).map(VersionNumber.small)
        return numbers + Array(repeating: .zero, count: count - numbers.count)
    }

    var version: Version {
        if more.isEmpty, local.isEmpty, epoch.isZero, let packed { return packed }
        let wide = WideVersion(
            epoch: epoch, release: release, preRelease: preRelease, post: post, development: development, local: local)
        return Version(high: 0, low: 0, wide: wide)
    }

    /// The packed form of a version without epoch and local segment, if it has at most one suffix and fits.
    private var packed: Version? {
        let suffix: UInt64
        let number: VersionNumber
        switch (preRelease, post, development) {
        case (nil, nil, nil): (suffix, number) = (Version.Suffix.none, .zero)
        case (let preRelease?, nil, nil): (suffix, number) = (UInt64(preRelease.kind.rawValue), preRelease.number)
        case (nil, let post?, nil): (suffix, number) = (Version.Suffix.post, post)
        case (nil, nil, let development?): (suffix, number) = (Version.Suffix.development, development)
        default: return nil
        }
        guard case .small(let value) = number else { return nil }
        return Version.packed(first, second, third, fourth, count: count, suffix: suffix, number: value)
    }
}
