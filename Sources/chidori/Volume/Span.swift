internal import ArgumentParser

/// A length of time as people write it: `90s`, `30m`, `12h`, `7d`, `2w`.
struct Span: ExpressibleByArgument, Equatable {
    let seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        // A hundred years are enough for everybody, and no sum of such spans overflows.
        guard let last = argument.last, let unit = last == "0" && argument == "0" ? 1 : units[last],
            let number = Int64(argument == "0" ? "0" : argument.dropLast()), number >= 0, number <= 3_155_760_000 / unit
        else { return nil }
        seconds = number * unit
    }

    var defaultValueDescription: String {
        for (unit, size) in [("w", Int64(604_800)), ("d", 86_400), ("h", 3600), ("m", 60)]
        where seconds % size == 0 && seconds > 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
