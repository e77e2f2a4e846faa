internal import Diagnostics

#if canImport(Glibc)
    internal import Glibc
#endif

/// `2026-03-01T09:30:00Z` (RFC 3339, UTC).
func timestamp(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
        + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}

/// How long ago, as people say it: `just now`, `40 seconds ago`, `5 minutes ago`, `3 days ago`.
func age(ofSecondsSince1970 seconds: Int64) -> String { ago(Int64(time(nil)) - seconds) }

/// The same of seconds that have passed.
func ago(_ seconds: Int64) -> String { seconds >= 10 ? span(seconds) + " ago" : "just now" }

/// How long, as people say it: `40 seconds`, `5 minutes`, `3 days`.
func span(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86400, "day"), (3600, "hour"), (60, "minute")]
    for (size, name) in units where seconds >= size { return counted(Int(seconds / size), name) }
    return counted(Int(max(0, seconds)), "second")
}
