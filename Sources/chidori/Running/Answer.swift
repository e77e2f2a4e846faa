internal import Diagnostics
internal import JSONDocument

/// What a command has to say when its work is done.
struct Answer {
    /// For scripts (`--json`): always an object, whose `event` is `result`.
    let document: JSON
    /// For people who pipe it on: standard output without `--json`.
    let text: String
    /// Sentences for people, on standard error.
    let remarks: [String]
    /// The kind of trouble that was found, where finding it was the command's work; it decides the exit status.
    let finding: DiagnosticCategory?

    init(
        _ members: KeyValuePairs<String, JSON>, text: String = "", remarks: [String] = [],
        finding: DiagnosticCategory? = nil
    ) {
        document = .object([JSON.Member("event", "result")] + members.map { JSON.Member($0, $1) })
        self.text = text
        self.remarks = remarks
        self.finding = finding
    }
}
