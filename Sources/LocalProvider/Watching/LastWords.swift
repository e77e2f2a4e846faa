internal import Diagnostics

/// The error that a program ended with, as the end of its output tells it, and whose it is: Spark's, or the program's own.
struct LastWords: Equatable {
    /// Whether Spark raised it.
    var isSparks: Bool
    /// `ValueError: no such column`: of one line, without control characters, and not long.
    var error: String

    /// - Parameter output: the end of what was printed, with the last error in it if there was one.
    init?(in output: [UInt8]) {
        let lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
        }
        for index in lines.indices.reversed() {
            if lines[index] == Self.trace {
                guard let error = Self.python(lines, after: index) else { continue }
                self.init(error)
                return
            }
            if lines[index].hasPrefix(Self.uncaught),
                let end = lines[index].dropFirst(Self.uncaught.count).firstIndex(of: "\"")
            {
                let error = lines[index][lines[index].index(after: end)...]
                self.init(Self.followed(String(error.drop { $0 == " " }), lines, index))
                return
            }
        }
        return nil
    }

    /// How Python begins to tell of an exception that nobody caught, and how Java does.
    private static let trace = "Traceback (most recent call last):"
    private static let uncaught = "Exception in thread \""

    private init?(_ error: String) {
        let text = withoutControls(error).split { $0 == "\n" || $0 == "\t" }.joined(separator: " ")
        guard !text.isEmpty else { return nil }
        isSparks = ["org.apache.spark.", "pyspark.", "py4j."].contains(where: text.hasPrefix)
        self.error = text.count > 500 ? "\(text.prefix(500))…" : text
    }

    /// The exception below the calls that led to it.
    private static func python(_ lines: [String], after trace: Int) -> String? {
        guard let index = lines.indices.dropFirst(trace + 1).first(where: { isPlain(lines[$0]) }) else { return nil }
        // An exception of Java's that came through Python stands in a line of its own.
        if lines[index].hasPrefix("py4j."), index + 1 < lines.count, lines[index + 1].hasPrefix(": ") {
            return followed(String(lines[index + 1].dropFirst(2)), lines, index + 1)
        }
        return lines[index]
    }

    /// An error of Spark's that tells of one in a worker's Python, and that one.
    private static func followed(_ error: String, _ lines: [String], _ index: Int) -> String {
        guard error.hasSuffix(trace), let inner = python(lines, after: index) else { return error }
        return error.dropLast(trace.count) + inner
    }

    private static func isPlain(_ line: String) -> Bool { !line.isEmpty && line.first != " " && line.first != "\t" }
}

extension LastWords: CustomStringConvertible {
    /// Behind `the program ended with status 1: `.
    var description: String { isSparks ? "Spark's error was \(error)" : "its error was \(error)" }
}
