public import Documents
internal import JSONDocument

extension Codec where Value == Moment {
    /// RFC 3339; written in UTC with milliseconds.
    public static var moment: Codec {
        let codec = parsed("a time in RFC 3339") { text in
            guard let moment = Moment(text) else {
                throw BadText(message: "is not a time", advice: "write 2026-11-22T04:01:49Z, or a date")
            }
            return moment
        } print: {
            $0.description
        }
        return Codec(
            schema: [.init("type", .string("string")), .init("format", .string("date-time"))], read: codec.read,
            write: codec.write)
    }
}

extension Codec where Value == JobID {
    static var pattern: String { "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$" }

    public static var jobID: Codec {
        parsed("a job's id", pattern: pattern) {
            try JobID(reading: $0)
        } print: {
            $0.description
        }
    }
}

extension JobID {
    init(reading text: String) throws(BadText) {
        guard let id = JobID(text) else {
            throw BadText(message: "is no job's id", advice: "`chidori job list` shows the ids of jobs")
        }
        self = id
    }
}

extension Codec where Value == String {
    /// A name of one of the kinds that ``Name`` knows.
    static func name(_ name: Name) -> Codec {
        parsed(name.what, isNumeric: name.mayBeNumber, pattern: name.pattern) { text in
            guard name.accepts(text) else { throw BadText(message: "is no \(name.noun)", advice: name.advice) }
            return text
        } print: {
            $0
        }
    }
}

extension Codec where Value == [String] {
    /// What a program is given: texts, numbers and flags as they are written.
    static var arguments: Codec { .list(of: .setting) }
}

extension Codec where Value == [String: Int64] {
    /// Numbers of things that are counted, by name.
    static var counts: Codec {
        .mapping(of: .integer(0...1_000_000)) { Name.resource.complaint(of: $0) }
    }
}

extension Reading {
    /// Reports a mistake that shows when several keys are looked at together.
    ///
    /// - Parameters:
    ///   - key: the key that is told.
    ///   - entries: what the mapping holds; the mistake has the key's place, where it is there.
    mutating func report(
        _ code: DocumentError.Code, under key: String, of entries: [SourceNode.Entry], at mark: SourceMark,
        _ message: String, advice: String? = nil
    ) {
        let place = entries.first { $0.key == key }?.keyMark ?? mark
        under(key) { $0.report(code, at: place, message, advice: advice) }
    }
}
