/// The text form of keys (RFC 7468).
enum PEM {
    /// What the first block says that it holds: `PRIVATE KEY`; `nil` where there is no block.
    static func label(of text: [UInt8]) -> String? {
        let opening = Array("-----BEGIN ".utf8)
        for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.starts(with: opening) {
            let rest = line.dropFirst(opening.count)
            guard let end = rest.firstIndex(of: UInt8(ascii: "-")) else { return nil }
            let label = String(decoding: rest[..<end], as: UTF8.self)
            // What stands before the key itself in files that `openssl ecparam` writes.
            if label != "EC PARAMETERS" { return label }
        }
        return nil
    }
}
