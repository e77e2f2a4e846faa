/// A logical line of a requirements file: continuations joined, the comment taken away, variables filled in.
struct RequirementsLine: Equatable {
    var text: String
    /// Where it starts.
    var mark: SourceMark
    /// Whether columns in the text are columns in the file: one line without variables.
    var isAsWritten: Bool
    /// A variable whose value has become part of a URL, and not of its user and password.
    var exposed: String?

    /// The lines of a file that say something, as pip splits them.
    static func split(_ bytes: ArraySlice<UInt8>, variables: (String) -> String?) -> [RequirementsLine] {
        var lines: [RequirementsLine] = []
        var pending: [UInt8] = []
        var start = 0
        var physical = 0
        func finish() {
            defer { pending = [] }
            let text = withoutComment(pending)
            guard let first = text.firstIndex(where: { !isBlank($0) }),
                let last = text.lastIndex(where: { !isBlank($0) })
            else { return }
            let trimmed = text[first...last]
            let plain = String(decoding: trimmed, as: UTF8.self)
            let (filled, exposed) = fillIn(plain, variables)
            let column = String(decoding: text[..<first], as: UTF8.self).unicodeScalars.count + 1
            lines.append(
                RequirementsLine(
                    text: filled, mark: SourceMark(line: start, column: column),
                    isAsWritten: start == physical && filled == plain, exposed: exposed))
        }
        for rawLine in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            physical += 1
            let line = rawLine.last == 0x0D ? rawLine.dropLast() : rawLine
            if pending.isEmpty { start = physical }
            let isComment = line.first { !isBlank($0) } == UInt8(ascii: "#")
            if line.last == UInt8(ascii: "\\"), !isComment {
                pending += line.dropLast()
                continue
            }
            // A comment within a continuation ends it: a blank keeps it from joining the word before.
            if isComment { pending.append(0x20) }
            pending += line
            finish()
        }
        finish()
        return lines
    }

    /// A comment starts at a `#` at the start, or after a blank.
    private static func withoutComment(_ line: [UInt8]) -> ArraySlice<UInt8> {
        for (index, byte) in line.enumerated() where byte == UInt8(ascii: "#") {
            if index == 0 || isBlank(line[index - 1]) { return line[..<index] }
        }
        return line[...]
    }

    /// `${NAME}`, of upper-case letters, digits and `_`, where the name has a value.
    private static func fillIn(
        _ text: String, _ variables: (String) -> String?
    ) -> (text: String, exposed: String?) {
        var bytes = ArraySlice(text.utf8)
        var filled: [UInt8] = []
        var values: [(name: String, place: Range<Int>)] = []
        while let place = bytes.firstIndex(of: UInt8(ascii: "$")) {
            filled += bytes[..<place]
            let rest = bytes[(place + 1)...]
            let name = rest.dropFirst().prefix { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, UInt8(ascii: "_"): true
                default: false
                }
            }
            if rest.first == UInt8(ascii: "{"), !name.isEmpty, name.endIndex < bytes.endIndex,
                bytes[name.endIndex] == UInt8(ascii: "}"),
                let value = variables(String(decoding: name, as: UTF8.self)), !value.isEmpty
            {
                values.append(
                    (String(decoding: name, as: UTF8.self), filled.count..<(filled.count + value.utf8.count)))
                filled += value.utf8
                bytes = bytes[(name.endIndex + 1)...]
            } else {
                filled.append(UInt8(ascii: "$"))
                bytes = rest
            }
        }
        filled += bytes
        let exposed = values.first { isExposed($0.place, in: filled) }
        return (String(decoding: filled, as: UTF8.self), exposed?.name)
    }

    /// Whether a place lies in a URL, and not within its user part, which is never written down.
    private static func isExposed(_ place: Range<Int>, in line: [UInt8]) -> Bool {
        let start = line[..<place.lowerBound].lastIndex(where: isBlank).map { $0 + 1 } ?? 0
        let end = line[place.upperBound...].firstIndex(where: isBlank) ?? line.endIndex
        let word = line[start..<end]
        let isURL =
            word.indices.contains { word[$0...].starts(with: "://".utf8) }
            || word.indices.contains { word[$0...].prefix(5).map { $0 | 0x20 }.elementsEqual("file:".utf8) }
        guard isURL else { return false }
        let before = line[start..<place.lowerBound]
        guard let scheme = before.indices.last(where: { before[$0...].starts(with: "://".utf8) }) else { return true }
        let authority = line[(scheme + 3)..<end].prefix { !"/?#\\".utf8.contains($0) }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return true }
        return place.lowerBound < authority.startIndex || place.upperBound > at
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0C || byte == 0x0D }

    /// The words before the first that starts with a dash, and the rest taken apart as a shell would.
    ///
    /// `nil` where a quote is left open.
    func requirementAndOptions() -> (requirement: String, options: [String])? {
        var words: [Substring] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard let first = rest.first, first != "-" else { break }
            let word = rest.prefix { $0 != " " && $0 != "\t" }
            words.append(word)
            rest = rest[word.endIndex...]
        }
        guard let options = RequirementsLine.shellWords(rest) else { return nil }
        return (words.joined(separator: " "), options)
    }

    /// Words as POSIX shells split them, with quotes and backslashes; `nil` where a quote is left open.
    private static func shellWords(_ text: Substring) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                if quote == "\"", character != "\"", character != "\\" { word?.append("\\") }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if let word { words.append(word) }
        return words
    }
}
