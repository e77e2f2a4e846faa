/// The 512 bytes of a ustar header being filled in.
struct TarBlock {
    private var bytes = InlineArray<512, UInt8>(repeating: 0)

    init() {
        set("ustar\000", at: 257)
    }

    /// The type flag.
    var type: UInt8 {
        get { bytes[156] }
        set { bytes[156] = newValue }
    }

    /// Sets the name, split at a `/` into prefix and name where it is long; `false` if it does not fit or is not
    /// ASCII, which ustar leaves undefined.
    mutating func setPath(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { utf8 in
            guard utf8.allSatisfy({ $0 < 0x80 }) else { return false }
            if utf8.count <= 100 {
                set(utf8[...], at: 0)
                return true
            }
            // The name, with its first byte after the slash, has 1 to 100 bytes; the prefix at most 155. The last
            // byte may be a folder's own slash, which cannot be the split.
            var slash = utf8.count - 2
            let least = max(1, utf8.count - 101)
            var split: Int?
            while slash >= least {
                if utf8[slash] == UInt8(ascii: "/"), slash <= 155 { split = slash }
                slash -= 1
            }
            guard let split else { return false }
            set(utf8[..<split], at: 345)
            set(utf8[(split + 1)...], at: 0)
            return true
        }
    }

    /// Sets the link's target; `false` if it does not fit.
    mutating func setLink(_ target: String) -> Bool {
        guard target.utf8.count <= 100, target.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        set(target, at: 157)
        return true
    }

    mutating func setDevice(_ major: UInt32, _ minor: UInt32, path: String) throws {
        guard setNumber(UInt64(major), at: 329, digits: 7), setNumber(UInt64(minor), at: 337, digits: 7) else {
            throw ArchiveError(.unwritable, path.debugDescription, "has device numbers that a tar cannot hold")
        }
    }

    /// Sets octal digits and the NUL behind them; zero and `false` if the number has more digits.
    @discardableResult
    mutating func setNumber(_ number: UInt64, at offset: Int, digits: Int) -> Bool {
        let fits = number >> UInt64(3 * digits) == 0
        var rest = fits ? number : 0
        for index in stride(from: offset + digits - 1, through: offset, by: -1) {
            bytes[index] = UInt8(ascii: "0") + UInt8(rest & 7)
            rest >>= 3
        }
        return fits
    }

    /// Appends the block with its checksum.
    func append(to output: inout [UInt8]) {
        var block = self
        var sum = 8 * 32
        for index in 0..<512 { sum &+= Int(block.bytes[index]) }
        block.setNumber(UInt64(sum), at: 148, digits: 6)
        block.bytes[155] = UInt8(ascii: " ")
        block.bytes.span.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    private mutating func set(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
    }

    private mutating func set(_ text: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int) {
        for index in text.indices { bytes[offset + index - text.startIndex] = text[index] }
    }
}
