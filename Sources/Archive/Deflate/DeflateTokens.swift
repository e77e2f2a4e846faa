/// Where literals and matches of a block are put down and counted while they are found.
///
/// A view of a ``DeflateBlock``'s memory, which is large enough: a token stands for at least one byte of the block.
struct DeflateTokens {
    private(set) var next: UnsafeMutablePointer<UInt32>
    let counts: UnsafeMutablePointer<UInt32>
    let distanceCounts: UnsafeMutablePointer<UInt32>
    let lengthIndex: UnsafeMutablePointer<UInt8>
    let distanceIndex: UnsafeMutablePointer<UInt8>

    @inline(__always)
    mutating func literal(_ byte: UInt8) {
        next.pointee = UInt32(byte)
        next += 1
        counts[Int(byte)] &+= 1
    }

    @inline(__always)
    mutating func match(length: Int, distance: Int) {
        next.pointee = UInt32(truncatingIfNeeded: distance &<< 16 | length)
        next += 1
        counts[257 &+ Int(lengthIndex[length &- 3])] &+= 1
        distanceCounts[Int(distanceIndex[distance <= 256 ? distance &- 1 : 256 &+ (distance &- 1) &>> 7])] &+= 1
    }
}
