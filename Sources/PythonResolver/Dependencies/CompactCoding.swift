/// Writes little-endian numbers, rows of them and texts, for the resolver's own derived documents.
struct CompactWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func row<Value: FixedWidthInteger>(_ values: some Collection<Value>) {
        number(UInt32(values.count))
        for value in values { number(value) }
    }

    mutating func text(_ text: String) {
        row(Array(text.utf8))
    }

    mutating func table(_ table: TextTable) {
        row(table.ends)
        row(table.bytes)
    }
}

/// Reads what `CompactWriter` wrote; what is cut off or longer than it may be reads as `nil`.
struct CompactReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        guard bytes.count - position >= MemoryLayout<Value>.size else { return nil }
        defer { position += MemoryLayout<Value>.size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    mutating func row<Value: FixedWidthInteger>(of type: Value.Type = Value.self) -> ContiguousArray<Value>? {
        guard let count = number(UInt32.self), let length = Optional(Int(count) * MemoryLayout<Value>.size),
            bytes.count - position >= length
        else { return nil }
        let start = position
        position += length
        return ContiguousArray(unsafeUninitializedCapacity: Int(count)) { target, initialized in
            if length > 0, let base = bytes.baseAddress {
                UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: UnsafeRawBufferPointer(start: base + start, count: length))
            }
            initialized = Int(count)
        }
    }

    mutating func text() -> String? {
        row(of: UInt8.self).map { String(decoding: $0, as: UTF8.self) }
    }

    mutating func table() -> TextTable? {
        guard let ends = row(of: UInt32.self), let bytes = row(of: UInt8.self) else { return nil }
        var last: UInt32 = 0
        for end in ends {
            guard end >= last else { return nil }
            last = end
        }
        return Int(last) == bytes.count ? TextTable(bytes: bytes, ends: ends) : nil
    }
}
