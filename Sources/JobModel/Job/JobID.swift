/// The name of a job: a ULID, 26 lower-case letters and digits that sort by the time of submission.
///
/// 48 bits of milliseconds since 1970, then 80 random bits, in Crockford's base 32. Lower case, so that the same text
/// serves as a name in Kubernetes and as a file's.
public struct JobID: Hashable, Sendable {
    /// The time and the first 16 random bits.
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - moment: when the job was submitted.
    ///   - generator: where the random bits come from.
    public init(at moment: Moment, using generator: inout some RandomNumberGenerator) {
        let time = UInt64(clamping: moment.milliseconds) & 0xFFFF_FFFF_FFFF
        high = time << 16 | UInt64(UInt16.random(in: .min ... .max, using: &generator))
        low = generator.next()
    }

    /// When the job was submitted.
    public var moment: Moment { Moment(milliseconds: Int64(high >> 16)) }
}

extension JobID: Comparable {
    public static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension JobID: LosslessStringConvertible {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    public var description: String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var (high, low) = (high, low)
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = Self.digits[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }

    /// `nil` for anything that is no ULID; upper case is taken too.
    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        // The first digit holds three bits.
        guard bytes.count == 26, bytes[0] <= UInt8(ascii: "7") else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for byte in bytes {
            let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            guard let digit = Self.digits.firstIndex(of: lower) else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }
}
