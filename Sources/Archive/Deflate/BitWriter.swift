/// Writes bits, lowest first, into memory that the caller has made large enough (8 bytes more than needed).
struct BitWriter {
    private let base: UnsafeMutableRawPointer
    private(set) var count = 0
    private var pending: UInt64 = 0
    private var bits: UInt64 = 0

    /// - Parameters:
    ///   - pending: bits left over from before, fewer than 8.
    init(_ base: UnsafeMutableRawPointer, pending: UInt64, bits: UInt64) {
        self.base = base
        self.pending = pending
        self.bits = bits
    }

    /// Bits that do not fill a byte yet, and how many they are.
    var remainder: (pending: UInt64, bits: UInt64) { (pending, bits) }

    /// Takes at most 56 bits.
    @inline(__always)
    mutating func put(_ value: UInt64, _ width: UInt64) {
        pending |= value &<< bits
        bits &+= width
        base.storeBytes(of: pending.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= Int(truncatingIfNeeded: bits &>> 3)
        pending &>>= bits & ~7
        bits &= 7
    }

    /// Fills the last byte with zeros.
    mutating func align() {
        if bits > 0 { put(0, 8 - bits) }
    }

    /// Takes whole bytes at a byte boundary.
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        precondition(bits == 0)
        guard let source = bytes.baseAddress else { return }
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }
}
