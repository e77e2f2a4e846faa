/// The distinct values of one marshalled stream, each with the distinct values it is made of.
///
/// Payloads stay in the stream; the table holds places. Two values are one when their kind, their bytes and their parts
/// are equal; a part is compared by its number, since equal parts already have one number.
struct MarshalValues {
    private struct Value {
        var kind: UInt8
        /// How many places in the output need the value.
        var uses: UInt32
        /// Its reference index in the output once written and marked, or -1.
        var reference: Int32
        var hash: UInt64
        /// Where its bytes are in the stream: for code the numbers before the first part.
        var start: Int
        var count: Int
        var firstPart: Int
        var partCount: Int
        /// Where a code object's `co_firstlineno` is in the stream.
        var line: Int
    }

    private let layout: CanonicalMarshal.CodeLayout
    private var stream = UnsafeRawBufferPointer(start: nil, count: 0)
    private var values: [Value] = []
    private var parts: [UInt32] = []
    /// Open addressing: a value's number plus one, or 0. The first `mask` + 1 slots are in use, a power of two and at
    /// least twice the values' count.
    private var slots: [UInt32] = []
    private var mask = 0
    private var references: Int32 = 0
    private var pending: [Int] = []

    init(layout: CanonicalMarshal.CodeLayout) {
        self.layout = layout
    }

    /// Forgets everything and takes up a stream, which must stay where it is until the values are written.
    mutating func begin(_ stream: UnsafeRawBufferPointer) {
        self.stream = stream
        setSlots(max(1024, stream.count / 8))
        values.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        references = 0
    }

    /// A value without parts.
    mutating func leaf(_ kind: UInt8, _ range: Range<Int>) -> UInt32 {
        let hash = hashBytes(UnsafeRawBufferPointer(rebasing: stream[range]), seed: UInt64(kind))
        return number(kind, hash: hash, start: range.lowerBound, count: range.count, parts: nil, line: 0)
    }

    /// A string, from its UTF-8. Its kind follows from its text alone.
    mutating func text(_ range: Range<Int>) -> UInt32 {
        leaf(textKind(of: UnsafeRawBufferPointer(rebasing: stream[range])), range)
    }

    /// A container; a set's parts are put in the order of their bytes.
    mutating func composite(_ kind: UInt8, parts: UnsafeBufferPointer<UInt32>) -> UInt32 {
        if kind == MarshalType.set || kind == MarshalType.frozenSet {
            var sorted = parts.map { (number: $0, bytes: plainBytes(of: $0)) }
            sorted.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            return sorted.map(\.number).withUnsafeBufferPointer { ordered($0, kind: kind) }
        }
        return ordered(parts, kind: kind)
    }

    /// A code object; `numbers` and `line` say where its numbers are in the stream.
    mutating func code(parts: UnsafeBufferPointer<UInt32>, numbers: Int, line: Int) -> UInt32 {
        let count = 4 * layout.numbersBefore
        let bytes = UnsafeRawBufferPointer(rebasing: stream[numbers..<numbers + count])
        let firstLine = stream.loadUnaligned(fromByteOffset: line, as: UInt32.self)
        let hash = hashParts(parts, seed: hashBytes(bytes, seed: UInt64(firstLine)))
        return number(MarshalType.code, hash: hash, start: numbers, count: count, parts: parts, line: line)
    }

    private mutating func ordered(_ parts: UnsafeBufferPointer<UInt32>, kind: UInt8) -> UInt32 {
        number(kind, hash: hashParts(parts, seed: UInt64(kind)), start: 0, count: 0, parts: parts, line: 0)
    }

    /// The number of a value, given one if it is new.
    private mutating func number(
        _ kind: UInt8, hash: UInt64, start: Int, count: Int, parts newParts: UnsafeBufferPointer<UInt32>?, line: Int
    ) -> UInt32 {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let candidate = slots[slot] - 1
            if isEqual(Int(candidate), kind, hash, start, count, newParts, line) { return candidate }
            slot = (slot + 1) & mask
        }
        let number = UInt32(values.count)
        let firstPart = parts.count
        if let newParts {
            for part in newParts { values[Int(part)].uses += 1 }
            parts.append(contentsOf: newParts)
        }
        values.append(
            Value(
                kind: kind, uses: 0, reference: -1, hash: hash, start: start, count: count, firstPart: firstPart,
                partCount: newParts?.count ?? 0, line: line))
        slots[slot] = number + 1
        if values.count * 2 > mask { grow() }
        return number
    }

    private func isEqual(
        _ number: Int, _ kind: UInt8, _ hash: UInt64, _ start: Int, _ count: Int,
        _ otherParts: UnsafeBufferPointer<UInt32>?, _ line: Int
    ) -> Bool {
        let value = values[number]
        guard value.hash == hash, value.kind == kind, value.count == count,
            value.partCount == otherParts?.count ?? 0,
            stream[value.start..<value.start + count].elementsEqual(stream[start..<start + count])
        else { return false }
        if let otherParts, !parts[value.firstPart..<value.firstPart + value.partCount].elementsEqual(otherParts) {
            return false
        }
        return kind != MarshalType.code
            || stream[value.line..<value.line + 4].elementsEqual(stream[line..<line + 4])
    }

    private mutating func grow() {
        setSlots((mask + 1) * 2)
        for (number, value) in values.enumerated() {
            var slot = Int(truncatingIfNeeded: value.hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number) + 1
        }
    }

    /// Takes at least so many slots into use, all empty.
    private mutating func setSlots(_ atLeast: Int) {
        var size = 1
        while size < atLeast { size *= 2 }
        mask = size - 1
        if slots.count < size {
            slots = Array(repeating: 0, count: size)
        } else {
            slots.withUnsafeMutableBufferPointer { $0[..<size].update(repeating: 0) }
        }
    }
}

// Writing.
extension MarshalValues {
    /// Appends a value and everything it is made of: in full where it first stands, as a reference from then on.
    mutating func write(_ root: UInt32, into output: inout [UInt8]) {
        pending.append(Int(root))
        while let next = pending.popLast() {
            guard next >= 0 else {
                let line = values[-next - 1].line
                output.append(contentsOf: stream[line..<line + 4])
                continue
            }
            let value = values[next]
            if value.reference >= 0 {
                output.append(MarshalType.reference)
                output.appendInt32(UInt32(value.reference))
                continue
            }
            var flag: UInt8 = 0
            if value.uses > 1, isShareable(value) {
                values[next].reference = references
                references += 1
                flag = 0x80
            }
            writeHead(value, flag: flag, into: &output)
            push(partsOf: value, number: next)
        }
    }

    /// Puts a value's parts on the stack, the first on top, and a code object's line between its parts.
    private mutating func push(partsOf value: Value, number: Int) {
        var index = value.partCount - 1
        while index >= 0 {
            pending.append(Int(parts[value.firstPart + index]))
            if value.kind == MarshalType.code, index == layout.objectsBefore { pending.append(-number - 1) }
            index -= 1
        }
    }

    /// A value that costs no more than a reference to it, or that exists once in a process, is written in full.
    private func isShareable(_ value: Value) -> Bool {
        switch value.kind {
        case MarshalType.null, MarshalType.none, MarshalType.false, MarshalType.true, MarshalType.stopIteration,
            MarshalType.ellipsis, MarshalType.int:
            false
        default:
            value.count + value.partCount > 0
        }
    }

    /// The type code and everything before the parts.
    private func writeHead(_ value: Value, flag: UInt8, into output: inout [UInt8]) {
        switch value.kind {
        case MarshalType.tuple where value.partCount < 256:
            output.append(MarshalType.smallTuple | flag)
            output.append(UInt8(value.partCount))
        case MarshalType.tuple, MarshalType.list, MarshalType.set, MarshalType.frozenSet:
            output.append(value.kind | flag)
            output.appendInt32(UInt32(value.partCount))
        case MarshalType.shortASCII, MarshalType.shortASCIIInterned:
            output.append(value.kind | flag)
            output.append(UInt8(value.count))
        case MarshalType.bytes, MarshalType.unicode, MarshalType.ascii, MarshalType.asciiInterned:
            output.append(value.kind | flag)
            output.appendInt32(UInt32(value.count))
        default:
            output.append(value.kind | flag)
        }
        output.append(contentsOf: stream[value.start..<value.start + value.count])
    }

    /// A value written by itself, without any reference. Only for a set's elements, which are small constants.
    private func plainBytes(of number: UInt32) -> [UInt8] {
        let value = values[Int(number)]
        var bytes: [UInt8] = []
        writeHead(value, flag: 0, into: &bytes)
        for part in parts[value.firstPart..<value.firstPart + value.partCount] {
            bytes.append(contentsOf: plainBytes(of: part))
        }
        return bytes
    }
}

/// The kind of a string with this UTF-8: short or long ASCII, interned if it is a name, or Unicode.
private func textKind(of text: UnsafeRawBufferPointer) -> UInt8 {
    var isName = true
    for byte in text {
        guard byte < 0x80 else { return MarshalType.unicode }
        if !isNameByte(byte) { isName = false }
    }
    if text.count < 256 { return isName ? MarshalType.shortASCIIInterned : MarshalType.shortASCII }
    return isName ? MarshalType.asciiInterned : MarshalType.ascii
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
    default:
        false
    }
}

private func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: b ^ 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
}

/// A hash that need not resist anybody: equality is always checked, and a stream is one file's.
private func hashBytes(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var hash = mix(seed, UInt64(bytes.count))
    var position = 0
    while position + 8 <= bytes.count {
        hash = mix(hash, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        position += 8
    }
    var rest: UInt64 = 0
    while position < bytes.count {
        rest = rest << 8 | UInt64(bytes[position])
        position += 1
    }
    return mix(hash, rest)
}

private func hashParts(_ parts: UnsafeBufferPointer<UInt32>, seed: UInt64) -> UInt64 {
    hashBytes(UnsafeRawBufferPointer(parts), seed: seed)
}

extension [UInt8] {
    /// Little-endian.
    fileprivate mutating func appendInt32(_ number: UInt32) {
        append(UInt8(truncatingIfNeeded: number))
        append(UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(truncatingIfNeeded: number >> 16))
        append(UInt8(truncatingIfNeeded: number >> 24))
    }
}
