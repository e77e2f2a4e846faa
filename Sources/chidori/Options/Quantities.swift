internal import ArgumentParser
internal import Diagnostics
internal import Documents

/// A span of time that an option takes: `90s`, `12h`, `30d`, `2w`, or a number of days.
struct TimeOption: ExpressibleByArgument {
    /// Whole seconds.
    let seconds: Int64

    /// A hundred years.
    private static let longest: Int64 = 36_500 * 86_400

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init(days: Int64) {
        self.init(seconds: days * 86_400)
    }

    init?(argument: String) {
        let text = argument.allSatisfy(\.isNumber) ? argument + "d" : argument
        guard let milliseconds = TimeSpan.parse(text), milliseconds / 1000 <= Self.longest else { return nil }
        seconds = milliseconds / 1000
    }

    var defaultValueDescription: String { TimeSpan.print(seconds * 1000) }
}

/// A size that an option takes: `50GiB`, `800 MB`, or a number of bytes.
struct SizeOption: ExpressibleByArgument {
    let bytes: UInt64

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument) else { return nil }
        self.bytes = bytes
    }
}
