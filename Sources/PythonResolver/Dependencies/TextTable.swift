/// Many short texts in one row of UTF-8, so that a table of thousands is read without making a `String` of each.
struct TextTable: Sendable, Equatable {
    private(set) var bytes: ContiguousArray<UInt8> = []
    /// Where each text ends.
    private(set) var ends: ContiguousArray<UInt32> = []

    init() {}

    init(bytes: ContiguousArray<UInt8>, ends: ContiguousArray<UInt32>) {
        self.bytes = bytes
        self.ends = ends
    }

    var count: Int { ends.count }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(UInt32(bytes.count))
    }

    func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    subscript(index: Int) -> String {
        String(decoding: bytes[range(index)], as: UTF8.self)
    }

    func withText<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let range = range(index)
        return try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// The number of each text.
    var numbers: [String: Int] {
        Dictionary((0..<count).map { (self[$0], $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a text, which is appended if it is new; `numbers` are those of the texts that are there.
    mutating func number(of text: String, _ numbers: inout [String: Int]) -> Int {
        if let known = numbers[text] { return known }
        numbers[text] = count
        append(text)
        return count - 1
    }
}
