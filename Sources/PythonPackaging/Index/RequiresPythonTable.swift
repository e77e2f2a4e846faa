/// The `Requires-Python` texts of a page read once each: thousands of files share a few of them.
struct RequiresPythonTable {
    private var lastText: [UInt8] = []
    private var last: SpecifierSet?
    private var table: [[UInt8]: SpecifierSet?] = [:]

    /// What the text says; `nil` for what cannot be read, which pip takes for no demand at all.
    mutating func specifiers(_ text: UnsafeBufferPointer<UInt8>) -> SpecifierSet? {
        if lastText.elementsEqual(text) { return last }
        lastText = Array(text)
        if let known = table[lastText] {
            last = known
        } else {
            last = try? SpecifierSet(lenient: String(decoding: text, as: UTF8.self))
            if last?.isEmpty == true { last = nil }
            table[lastText] = .some(last)
        }
        return last
    }
}
