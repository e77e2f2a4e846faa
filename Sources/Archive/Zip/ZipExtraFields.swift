/// The extra fields of a member's header (APPNOTE 6.3.10 §4.5): the two that change what the header says.
struct ZipExtraFields {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Replaces each number that is all ones by the zip64 field's, which come in this order.
    ///
    /// `false` when a number is all ones and the field does not give it.
    func widen(_ size: inout UInt64, _ compressedSize: inout UInt64, _ offset: inout UInt64) -> Bool {
        let wide = UInt64(UInt32.max)
        guard size == wide || compressedSize == wide || offset == wide else { return true }
        guard let field = content(of: ZipFormat.zip64Extra) else { return false }
        var at = 0
        func next(_ number: inout UInt64) -> Bool {
            guard number == wide else { return true }
            guard at + 8 <= field.count else { return false }
            number = field.little(at, as: UInt64.self)
            at += 8
            return true
        }
        return next(&size) && next(&compressedSize) && next(&offset)
    }

    /// Whether the Info-ZIP Unicode path field, if there is one, gives the same name.
    func agrees(withName name: UnsafeRawBufferPointer) -> Bool {
        guard let field = content(of: ZipFormat.unicodePathExtra), field.count >= 5 else { return true }
        return field[5...].elementsEqual(name)
    }

    /// The first field of an id. Fields that do not add up end the search: many writers pad.
    private func content(of id: UInt16) -> UnsafeRawBufferPointer? {
        var at = 0
        while at + 4 <= bytes.count {
            let start = at + 4
            let end = start + Int(bytes.little(at + 2, as: UInt16.self))
            guard end <= bytes.count else { return nil }
            if bytes.little(at, as: UInt16.self) == id { return UnsafeRawBufferPointer(rebasing: bytes[start..<end]) }
            at = end
        }
        return nil
    }
}
