/// Help as the parser renders it, put in a better order.
enum HelpText {
    /// Puts the parts of a help in their best order; a text that is no help stays as it is.
    static func arranged(_ text: String) -> String {
        guard text.hasPrefix("OVERVIEW:") else { return text }
        // A group of subcommands has its own title, to which the parser adds the word.
        return ownOptionsFirst(text.replacing(" SUBCOMMANDS:\n", with: ":\n"))
    }

    /// A command's own options, which the parser puts last, go before those that commands share, and `--version` and
    /// `--help` after all of them.
    private static func ownOptionsFirst(_ text: String) -> String {
        var blocks = text.split(separator: "\n\n", omittingEmptySubsequences: false).map(String.init)
        guard let own = blocks.firstIndex(where: { $0.hasPrefix("OPTIONS:\n") }),
            let shared = blocks.firstIndex(where: { isShared($0) }), shared < own
        else { return text }
        let lines = blocks.remove(at: own).split(separator: "\n")
        let end = lines.firstIndex { $0.hasPrefix("  --version ") } ?? lines.endIndex
        blocks[own - 1] += "\n" + lines[end...].joined(separator: "\n")
        if end > 1 { blocks.insert(lines[..<end].joined(separator: "\n"), at: shared) }
        return blocks.joined(separator: "\n\n")
    }

    private static func isShared(_ block: String) -> Bool {
        let title = block.prefix { $0 != "\n" }
        return title.hasSuffix(" OPTIONS:") && title == title.uppercased()
    }
}
