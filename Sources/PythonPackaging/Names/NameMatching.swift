extension PackageName {
    /// Whether the bytes, a name in any spelling, normalise to this name.
    func isSpelled(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var own = normalized.text.utf8.makeIterator()
        var isInSeparator = false
        for byte in bytes {
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                if isInSeparator { continue }
                isInSeparator = true
                guard own.next() == UInt8(ascii: "-") else { return false }
            } else {
                isInSeparator = false
                guard own.next() == lowercased(byte) else { return false }
            }
        }
        return own.next() == nil
    }
}
