internal import Diagnostics

/// Words that a command takes, and cannot do anything with together.
struct WrongUse: Diagnostic {
    let subject: String
    let message: String

    var category: DiagnosticCategory { .usage }
    var advice: String? { "`\(subject) --help` tells what it takes" }

    /// - Parameters:
    ///   - command: in full, as `chidori env diff`.
    ///   - message: what it takes, as the rest of a sentence.
    init(_ command: String, _ message: String) {
        subject = command
        self.message = message
    }
}
