/// An error that a person can act on: it names the thing, says what is wrong, and what to do next.
///
/// Every module's error type conforms, so that the command line can print any of them and choose the exit status
/// without knowing the module.
public protocol Diagnostic: Error, Sendable, CustomStringConvertible {
    /// The kind of trouble; it decides the exit status.
    var category: DiagnosticCategory { get }
    /// The thing the error is about: a package, a path, a URL without its secrets.
    var subject: String { get }
    /// What is wrong with the subject, as the rest of a sentence: `"has no wheel for linux x86_64"`.
    var message: String { get }
    /// What to do next, in the user's words; `nil` only where nothing sensible can be said.
    var advice: String? { get }
}

extension Diagnostic {
    /// `subject: message`, and the advice on a line of its own.
    public var description: String {
        guard let advice else { return "\(subject): \(message)" }
        return "\(subject): \(message)\n  try: \(advice)"
    }
}
