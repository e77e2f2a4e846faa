/// URL-safe base64 without padding (RFC 4648 §5), the form that RECORD files use for hashes.

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

private let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() {
        values[Int(letter)] = UInt8(value)
    }
    return values
}()

func encodeBase64URL(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var accumulator: UInt32 = 0
    var bits = 0
    for byte in bytes {
        accumulator = accumulator << 8 | UInt32(byte)
        bits += 8
        while bits >= 6 {
            bits -= 6
            text.append(alphabet[Int(accumulator >> UInt32(bits) & 63)])
        }
    }
    if bits > 0 {
        text.append(alphabet[Int(accumulator << UInt32(6 - bits) & 63)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// Padding at the end is accepted, though the standard says to leave it out; anything else foreign is refused.
func decodeBase64URL(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var accumulator: UInt32 = 0
    var bits = 0
    var padded = false
    for letter in text {
        if letter == UInt8(ascii: "=") {
            padded = true
            continue
        }
        let value = values[Int(letter)]
        guard value != 0xFF, !padded else { return nil }
        accumulator = accumulator << 6 | UInt32(value)
        bits += 6
        if bits >= 8 {
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
        }
    }
    return bytes
}
