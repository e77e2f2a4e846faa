extension Version {
    /// The two words that hold a version of the common shapes, for documents that are read back by the same release of
    /// the program; `nil` for a version that does not fit them.
    public var words: (high: UInt64, low: UInt64)? {
        wide == nil ? (high, low) : nil
    }

    /// The version of those words; `nil` for words that hold none, such as two zeros.
    public init?(words: (high: UInt64, low: UInt64)) {
        guard words.low & 15 != 0, (words.low >> 33) & 7 <= Suffix.post else { return nil }
        self.init(high: words.high, low: words.low, wide: nil)
    }
}
