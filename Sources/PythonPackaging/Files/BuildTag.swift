/// A wheel's build tag (PEP 427): of two wheels of one version and rank, the one with the higher tag is the later build.
public struct BuildTag: Sendable, Hashable {
    let number: VersionNumber
    public let suffix: String

    public init(number: UInt64, suffix: String = "") {
        self.number = .small(number)
        self.suffix = suffix
    }

    /// Reads digits and what follows them; `nil` if there are no digits.
    init?(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        let digits = bytes.prefix(while: isDigit)
        guard !digits.isEmpty else { return nil }
        number = VersionNumber(digits: UnsafeBufferPointer(rebasing: digits))
        suffix = String(decoding: bytes[digits.endIndex...], as: UTF8.self)
    }
}

extension BuildTag: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        left.number == right.number ? left.suffix < right.suffix : left.number < right.number
    }
}

extension BuildTag: CustomStringConvertible {
    /// `2local`.
    public var description: String { number.text + suffix }
}
