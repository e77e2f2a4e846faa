/// A name in PEP 503's normal form with its hash made once, so that names are quick as dictionary keys.
@usableFromInline
struct NormalizedText: Sendable, Hashable {
    @usableFromInline let text: String
    @usableFromInline let fingerprint: UInt64

    /// Normalises ASCII text: lower case, runs of `-`, `_` and `.` become one `-`.
    ///
    /// What the text may hold is for the caller to check.
    init(normalizing bytes: UnsafeBufferPointer<UInt8>) {
        var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
        text = String(unsafeUninitializedCapacity: bytes.count) { target in
            var count = 0
            var pending = false
            for byte in bytes {
                if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                    pending = true
                    continue
                }
                if pending {
                    target[count] = UInt8(ascii: "-")
                    fingerprint = (fingerprint ^ UInt64(UInt8(ascii: "-"))) &* 0x100_0000_01B3
                    count += 1
                    pending = false
                }
                let lower = lowercased(byte)
                target[count] = lower
                fingerprint = (fingerprint ^ UInt64(lower)) &* 0x100_0000_01B3
                count += 1
            }
            if pending {
                target[count] = UInt8(ascii: "-")
                fingerprint = (fingerprint ^ UInt64(UInt8(ascii: "-"))) &* 0x100_0000_01B3
                count += 1
            }
            return count
        }
        self.fingerprint = fingerprint
    }

    @inlinable
    static func == (left: Self, right: Self) -> Bool {
        left.fingerprint == right.fingerprint && left.text == right.text
    }

    @inlinable
    func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

    /// Whether the text is a valid name: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy(isNameByte)
    }

    /// Parses a valid name, whitespace around it ignored.
    static func parse(_ text: String, as what: String) throws(PythonPackagingError) -> NormalizedText {
        let normalized = withBytes(of: text) { bytes -> NormalizedText? in
            let name = trimmed(bytes)
            return isValid(name) ? NormalizedText(normalizing: name) : nil
        }
        if let normalized { return normalized }
        throw PythonPackagingError(
            code: .invalidName, subject: text, message: "is not \(what)",
            advice: "names hold letters, digits, '-', '_' and '.', and start and end with a letter or digit")
    }
}

@inline(__always)
func isNameByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
}
