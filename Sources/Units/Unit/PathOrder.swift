/// Some paths as bytes in one block, and their order.
///
/// Units have thousands of files; comparing strings one by one through their views would cost more than all the rest.
struct PathOrder {
    /// Every path's UTF-8, one after the other in the order given.
    private let bytes: [UInt8]
    /// Where each path starts; one more at the end.
    private let starts: [Int]
    /// The paths' places in the order given, sorted by their bytes.
    let sorted: [Int]

    init(_ paths: some Collection<String>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(paths.count * 64)
        var starts: [Int] = []
        starts.reserveCapacity(paths.count + 1)
        for path in paths {
            starts.append(bytes.count)
            bytes.append(contentsOf: path.utf8)
        }
        starts.append(bytes.count)
        sorted = bytes.withUnsafeBytes { raw in
            starts.indices.dropLast().sorted { a, b in
                let left = UnsafeRawBufferPointer(rebasing: raw[starts[a]..<starts[a + 1]])
                let right = UnsafeRawBufferPointer(rebasing: raw[starts[b]..<starts[b + 1]])
                return precedes(left, right)
            }
        }
        self.bytes = bytes
        self.starts = starts
    }

    /// The UTF-8 of the path at a place in the order given.
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }
}

private func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    let common = min(left.count, right.count)
    // Paths of one unit have long beginnings in common: eight bytes at a time.
    var index = 0
    while index + 8 <= common {
        let a = UInt64(bigEndian: left.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let b = UInt64(bigEndian: right.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        if a != b { return a < b }
        index += 8
    }
    while index < common {
        if left[index] != right[index] { return left[index] < right[index] }
        index += 1
    }
    return left.count < right.count
}
