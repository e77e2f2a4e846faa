/// A SHA-256 digest (FIPS 180-4): 32 bytes, compared and sorted as bytes.
public struct SHA256Digest: Hashable, Sendable {
    /// The digest as four big-endian words, so that comparing words compares bytes.
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes the digest as four big-endian words, for parsers that decode text into words themselves.
    public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Takes exactly 32 bytes; `nil` for any other number.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        // Descriptions of units hold a digest for each of thousands of files, so this allocates nothing.
        let words = bytes.withContiguousStorageIfAvailable { buffer in
            let raw = UnsafeRawBufferPointer(buffer)
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
        if let words {
            self.init(words: words)
        } else {
            self.init(bytes: Array(bytes))
        }
    }

    /// Takes 64 hexadecimal digits of either case; `nil` for anything else.
    public init?(hex: some StringProtocol) {
        guard let read = hex.utf8.withContiguousStorageIfAvailable(Self.init(hexDigits:)) else {
            self.init(hex: String(hex))
            return
        }
        guard let read else { return nil }
        self = read
    }

    /// Takes the ASCII codes of 64 hexadecimal digits of either case; `nil` for anything else. Allocates nothing.
    public init?(hexDigits: UnsafeBufferPointer<UInt8>) {
        guard hexDigits.count == 64 else { return nil }
        func word(_ start: Int) -> UInt64? {
            var word: UInt64 = 0
            for digit in hexDigits[start..<(start + 16)] {
                guard let value = hexValue(digit) else { return nil }
                word = word << 4 | UInt64(value)
            }
            return word
        }
        guard let first = word(0), let second = word(16), let third = word(32), let fourth = word(48) else {
            return nil
        }
        self.init(words: (first, second, third, fourth))
    }

    /// Takes the `sha256:` form that OCI and PEP 751 write; `nil` for another algorithm or a malformed digest.
    public init?(prefixed: some StringProtocol) {
        guard prefixed.hasPrefix("sha256:") else { return nil }
        self.init(hex: prefixed.dropFirst("sha256:".count))
    }

    /// Takes the unpadded URL-safe base64 form that a wheel's RECORD uses (PEP 376, PEP 427).
    public init?(base64URL: some StringProtocol) {
        guard let bytes = decodeBase64URL(base64URL.utf8) else { return nil }
        self.init(bytes: bytes)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            var offset = 0
            for word in [words.0, words.1, words.2, words.3] {
                for shift in stride(from: UInt64(60), through: 0, by: -4) {
                    let digit = UInt8(truncatingIfNeeded: word >> shift) & 15
                    buffer[offset] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    offset += 1
                }
            }
            return 64
        }
    }

    /// `sha256:` and the hexadecimal digits (OCI image-spec, descriptor §digests).
    public var prefixed: String { "sha256:" + hex }

    /// The unpadded URL-safe base64 form that RECORD uses.
    public var base64URL: String { encodeBase64URL(bytes) }

    public static func == (a: Self, b: Self) -> Bool { a.words == b.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension SHA256Digest: Comparable {
    public static func < (a: Self, b: Self) -> Bool { a.words < b.words }
}

extension SHA256Digest: CustomStringConvertible {
    public var description: String { hex }
}

extension SHA256Digest: LosslessStringConvertible, Codable {
    /// Takes either the prefixed or the bare hexadecimal form.
    public init?(_ description: String) {
        guard let digest = Self(prefixed: description) ?? Self(hex: description) else { return nil }
        self = digest
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Self(prefixed: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no sha256 digest")
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(prefixed)
    }
}

private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
