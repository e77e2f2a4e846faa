import Diagnostics
import Testing

@Suite("texts for a terminal")
struct ControlCharacterTests {
    @Test("control characters are replaced, line feeds and tabs and everything else stays")
    func replaced() {
        #expect(
            withoutControls("a\u{1B}]0;title\u{07}b\rc\u{7F}\u{9B}31m\u{0}")
                == "a\u{FFFD}]0;title\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}31m\u{FFFD}")
        #expect(withoutControls("one\n\ttwo — é 字 ━ \u{A0}") == "one\n\ttwo — é 字 ━ \u{A0}")
        #expect(withoutControls("") == "")
        #expect(withoutControls("\r\n") == "\u{FFFD}\n")
    }

    @Test("colours stay where they are ours, and nothing else that an escape may start")
    func colours() {
        let styled = "\u{1B}[1;31merror\u{1B}[0m: "
        #expect(withoutControls(styled, keepsColours: true) == styled)
        #expect(withoutControls(styled) == "\u{FFFD}[1;31merror\u{FFFD}[0m: ")
        for order in [
            "\u{1B}[2J", "\u{1B}[1", "\u{1B}", "\u{1B}[?25l", "\u{1B}]8;;x\u{1B}\\", "\u{1B}[1;31", "\u{1B}c",
        ] {
            let text = withoutControls(styled + order, keepsColours: true)
            #expect(text.hasPrefix(styled))
            #expect(!text.dropFirst(styled.count).unicodeScalars.contains("\u{1B}"))
        }
    }
}
