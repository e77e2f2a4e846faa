/// Dates in HTTP headers (RFC 9110 §5.6.7), in the form that servers must send: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970-01-01T00:00:00Z; `nil` for any other text.
    static func seconds(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[0].hasSuffix(","), let day = Int64(words[1]), 1...31 ~= day,
            let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]), 1970...9999 ~= year
        else { return nil }
        let clock = words[4].split(separator: ":").map { Int64($0) ?? -1 }
        guard clock.count == 3, 0...23 ~= clock[0], 0...59 ~= clock[1], 0...60 ~= clock[2] else { return nil }
        // Years are counted from March, so that leap days come last.
        let shiftedYear = month < 2 ? year - 1 : year
        let dayOfYear = (153 * ((Int64(month) + 10) % 12) + 2) / 5 + day - 1
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
