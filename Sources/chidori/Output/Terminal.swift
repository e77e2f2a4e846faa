internal import Diagnostics
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Standard error as people see it: whether it is a terminal, how wide, and whether colours are welcome.
struct Terminal: Sendable {
    let isInteractive: Bool
    let usesColour: Bool

    /// Reads the process's standard error and the `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` conventions.
    static let standardError: Terminal = {
        let interactive = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb"
        let colour = variable("CLICOLOR_FORCE") != nil || (interactive && variable("NO_COLOR") == nil)
        return Terminal(isInteractive: interactive, usesColour: colour)
    }()

    /// Columns, 80 where the terminal does not tell.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns of standard output; `nil` where that is no terminal.
    static var outputWidth: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Writes a text in which names from outside may stand: of control characters it keeps our own colours alone.
    func write(_ text: String) {
        writeAll(withoutControls(text, keepsColours: usesColour), to: .standardError)
    }

    /// Takes lines back that were written last.
    func erase(lines: Int) {
        writeAll(String(repeating: "\u{1B}[1A\u{1B}[2K", count: lines), to: .standardError)
    }

    func styled(_ text: String, _ style: Style) -> String {
        usesColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "1;31"
        case green = "32"
        case yellow = "1;33"
        case cyan = "36"
    }
}

/// Writes all of a text, retrying interrupted and partial writes. A reader that has gone is no error of ours.
func writeAll(_ text: String, to descriptor: FileDescriptor) {
    var text = text
    text.withUTF8 { bytes in
        _ = try? descriptor.writeAll(UnsafeRawBufferPointer(bytes))
    }
}

func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
}
