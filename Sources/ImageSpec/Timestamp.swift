/// Points in time as images record them: seconds since 1970, never the clock's.
public enum Timestamp {
    /// `1970-01-01T00:00:00Z` (RFC 3339), in UTC and the proleptic Gregorian calendar.
    public static func text(_ seconds: UInt64) -> String {
        let days = Int64(seconds / 86400)
        let rest = Int(seconds % 86400)
        // Years are counted from March, so that the leap day comes last (Hinnant, "chrono-Compatible Low-Level Date
        // Algorithms").
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func pad(_ number: some BinaryInteger, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
            + "T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))Z"
    }

    /// The last second that RFC 3339 can write, at the end of the year 9999.
    public static let latest: UInt64 = 253_402_300_799

    /// The value of `SOURCE_DATE_EPOCH` (reproducible-builds.org), 0 where it is not set.
    ///
    /// Throws `badEpoch` for anything but a number of seconds up to the year 9999: to go on with another time would
    /// give another image than the one that was asked for.
    public static func epoch(_ variable: String?) throws -> UInt64 {
        guard let variable else { return 0 }
        guard !variable.isEmpty, variable.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let seconds = UInt64(variable), seconds <= latest
        else {
            throw ImageSpecError(
                .badEpoch, "SOURCE_DATE_EPOCH", "is \(variable.debugDescription), which is no number of seconds",
                advice:
                    "set it to whole seconds since 1970, such as the output of `git log -1 --format=%ct`, or unset it")
        }
        return seconds
    }
}
