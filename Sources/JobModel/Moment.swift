/// A point in time, to the millisecond.
public struct Moment: Hashable, Comparable, Sendable {
    /// Since 1970, UTC.
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Later by so many milliseconds; at the end of all time where there is none later.
    public func advanced(by span: Int64) -> Moment {
        let (sum, overflows) = milliseconds.addingReportingOverflow(span)
        return Moment(milliseconds: overflows ? (span > 0 ? .max : .min) : sum)
    }
}

extension Moment: LosslessStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T04:01:49.000Z`.
    public var description: String {
        let (days, rest) = milliseconds.quotientAndFloor(by: 86_400_000)
        let date = Self.date(ofDay: days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return """
            \(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\
            \(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))\
            .\(padded(rest % 1000, 3))Z
            """
    }

    /// Reads RFC 3339, with any offset and any fraction of a second, or a date alone (its first moment, UTC).
    public init?(_ description: String) {
        var scanner = Scanner(bytes: Array(description.utf8))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year)
        else { return nil }
        var milliseconds = Self.day(year: year, month: month, day: day) * 86_400_000
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let hour = scanner.number(2),
                scanner.take(":"), let minute = scanner.number(2), scanner.take(":"), let second = scanner.number(2),
                hour < 24, minute < 60, second <= 60, let fraction = scanner.fraction(), let offset = scanner.offset(),
                scanner.isAtEnd
            else { return nil }
            milliseconds += hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - offset * 60_000
        }
        self.milliseconds = milliseconds
    }

    /// Days since 1970 of a date of the proleptic Gregorian calendar, and back; the eras of 400 years that both use
    /// begin on the first of March.
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.quotientAndFloor(by: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + 719_468).quotientAndFloor(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        mutating func digit() -> Int64? {
            guard at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) else { return nil }
            defer { at += 1 }
            return Int64(bytes[at] - UInt8(ascii: "0"))
        }

        mutating func number(_ width: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// Milliseconds; what is finer is dropped.
        mutating func fraction() -> Int64? {
            guard take(".") else { return 0 }
            var (value, scale): (Int64, Int64) = (0, 100)
            guard let first = digit() else { return nil }
            value = first * scale
            while let next = digit() {
                scale /= 10
                value += next * scale
            }
            return value
        }

        /// Minutes east of Greenwich.
        mutating func offset() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let sign: Int64
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            return sign * (hours * 60 + minutes)
        }
    }
}

extension Int64 {
    /// The quotient rounded down and the remainder that is never negative.
    fileprivate func quotientAndFloor(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
