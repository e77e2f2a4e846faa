internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import SystemPackage

/// Where a command speaks: results on standard output, words for people on standard error.
///
/// With `--json` standard output carries JSON alone, one object a line, each with an `event`: progress, which `--quiet`
/// leaves out, and as the last line the result or the error.
struct Output: Sendable {
    let json: Bool
    let quiet: Bool
    let verbose: Bool
    let terminal: Terminal

    init(json: Bool, quiet: Bool, verbose: Bool, terminal: Terminal = .standardError) {
        self.json = json
        self.quiet = quiet
        self.verbose = verbose
        self.terminal = terminal
    }

    /// A command's answer, each part where it belongs.
    func give(_ answer: Answer) {
        if json {
            writeAll(answer.document.compact + "\n", to: .standardOutput)
        } else if !answer.text.isEmpty {
            writeAll(withoutControls(answer.text, keepsColours: terminal.usesColour) + "\n", to: .standardOutput)
        }
        for remark in answer.remarks { say(remark) }
    }

    /// A sentence for people about what was done.
    func say(_ text: @autoclosure () -> String) {
        if !quiet { terminal.write(text() + "\n") }
    }

    /// A line of progress for scripts.
    func event(_ document: JSON) {
        if json, !quiet { writeAll(document.compact + "\n", to: .standardOutput) }
    }

    func warn(_ text: String) { tell(text, as: "warning") }

    /// - Parameter word: how grave it is.
    func tell(_ text: String, as word: String) {
        if quiet { return }
        terminal.write(terminal.styled(word, .yellow) + ": \(text)\n")
    }

    /// The error as one JSON object for scripts; nothing without `--json`.
    func document(ofError category: DiagnosticCategory, about subject: String, _ message: String, advice: String?) {
        guard json else { return }
        let document: JSON = [
            "event": "error", "category": .string(String(describing: category)), "status": JSON(category.rawValue),
            "subject": .string(subject), "message": .string(message), "advice": JSON(advice),
        ]
        writeAll(document.compact + "\n", to: .standardOutput)
    }

    /// The error as people read it, and as scripts do.
    func fail(_ error: any Diagnostic) {
        document(ofError: error.category, about: error.subject, error.message, advice: error.advice)
        explain(error)
    }

    /// The error as people read it.
    func explain(_ error: any Diagnostic) {
        var text = terminal.styled("error", .red) + ": " + terminal.styled(error.subject, .bold) + ": " + error.message
        if let disk = FullDisk.description(for: error) {
            text += "\n  " + terminal.styled("disk", .cyan) + ": " + disk
        }
        if let advice = error.advice {
            text += "\n  " + terminal.styled("try", .cyan) + ": " + indented(advice)
        }
        terminal.write(text + "\n")
    }

    /// An advice's further lines below its first; other ways begin with `or: `.
    private func indented(_ advice: String) -> String {
        let lines = advice.split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.first.map(String.init) ?? "")
            + lines.dropFirst().map { line in
                line.hasPrefix("or: ")
                    ? "\n   " + terminal.styled("or", .cyan) + line.dropFirst(2) : "\n       " + line
            }.joined()
    }
}
