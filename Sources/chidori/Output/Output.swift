internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import SystemPackage

/// Where a command speaks: results on standard output, words for people on standard error.
///
/// With `--json` standard output carries JSON alone: progress as one object a line with an `event` key, and the
/// result as the last line, `"event": "result"` where there was progress before it.
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

    /// The result of a command that scripts read: a JSON document with `--json`, else the lines for people.
    func result(_ document: @autoclosure () -> JSON, text: @autoclosure () -> String) {
        if json {
            writeAll(document().compact + "\n", to: .standardOutput)
        } else {
            let text = text()
            if !text.isEmpty {
                writeAll(withoutControls(text, keepsColours: terminal.usesColour) + "\n", to: .standardOutput)
            }
        }
    }

    /// A sentence for people about what was done.
    func say(_ text: @autoclosure () -> String) {
        if !quiet { terminal.write(text() + "\n") }
    }

    /// A sentence for people who asked for more.
    func detail(_ text: @autoclosure () -> String) {
        if verbose { terminal.write(terminal.styled(text(), .dim) + "\n") }
    }

    func warn(_ text: String) {
        if quiet { return }
        terminal.write(terminal.styled("warning", .yellow) + ": \(text)\n")
    }

    /// The error as people read it, and as one JSON object on standard output for scripts.
    func fail(_ error: any Diagnostic) {
        if json {
            let document: JSON = [
                "event": "error", "category": .string(String(describing: error.category)),
                "status": JSON(error.category.rawValue), "subject": .string(error.subject),
                "message": .string(error.message), "advice": JSON(error.advice),
            ]
            writeAll(document.compact + "\n", to: .standardOutput)
        }
        var text = terminal.styled("error", .red) + ": " + terminal.styled(error.subject, .bold) + ": " + error.message
        if let disk = FullDisk.description(for: error) {
            text += "\n  " + terminal.styled("disk", .cyan) + ": " + disk
        }
        if let advice = error.advice {
            text += "\n  " + terminal.styled("try", .cyan) + ": " + advice.replacing("\n", with: "\n       ")
        }
        terminal.write(text + "\n")
    }
}
