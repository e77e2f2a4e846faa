internal import Diagnostics
internal import JobModel

extension Moment {
    /// How long it was from then until another moment: `3.4 s`, `2 h 5 min`.
    func span(until end: Moment) -> String {
        readable(seconds: Double(max(0, end.milliseconds - milliseconds)) / 1000)
    }

    /// How long ago it was: `5 minutes ago`.
    var age: String { chidori.age(ofSecondsSince1970: milliseconds / 1000) }
}
