/// Words of definitions and locks that end up in commands, in apt's own files and in file names: held to the forms that
/// Debian gives them, whoever wrote them (Debian Policy §5.6).
enum PlainWord {
    /// Letters, digits and `+-./_`, not beginning with a hyphen: names of packages, suites and components, and paths.
    static func isPlain(_ word: String) -> Bool { isMade(word, of: "+-./_") }

    /// A package's version, which may have an epoch.
    static func isVersion(_ word: String) -> Bool { isMade(word, of: "+-.:~") }

    /// The name of one file, in no folder.
    static func isFileName(_ word: String) -> Bool {
        isMade(word, of: "+-._~%:") && word != "." && word != ".."
    }

    private static func isMade(_ word: String, of others: String) -> Bool {
        !word.isEmpty && !word.hasPrefix("-")
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: others.utf8.contains(byte)
                }
            }
    }
}
