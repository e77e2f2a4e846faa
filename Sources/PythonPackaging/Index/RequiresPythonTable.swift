/// The `Requires-Python` texts of a page read once each: thousands of files share a few of them.
struct RequiresPythonTable {
    private var lastText: UnsafeBufferPointer<UInt8>?
    private var last: SpecifierSet?
    private var table: [[UInt8]: SpecifierSet?] = [:]

    /// What the text says; `nil` for what cannot be read, which pip takes for no demand at all.
    ///
    /// - Parameters:
    ///   - raw: the text as it stands on the page, which must outlive the table.
    ///   - decode: makes the text of it, where the page did not show it before.
    mutating func specifiers(
        _ raw: UnsafeBufferPointer<UInt8>, decode: (UnsafeBufferPointer<UInt8>) -> [UInt8] = Array.init
    ) -> SpecifierSet? {
        if let lastText, lastText.count == raw.count, lastText.elementsEqual(raw) { return last }
        lastText = raw
        let key = Array(raw)
        if let known = table[key] {
            last = known
        } else {
            last = try? SpecifierSet(lenient: String(decoding: decode(raw), as: UTF8.self))
            if last?.isEmpty == true { last = nil }
            table[key] = .some(last)
        }
        return last
    }
}
