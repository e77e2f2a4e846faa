/// A command line as a shell would cut it into words (POSIX.1-2024, Shell Command Language §2.2): quotes and backslashes
/// join, white space separates. Nothing is expanded, and operators are text as any other.
public enum ShellWords {
    /// - Throws: `BadText` where a quote is not closed, or nothing follows a backslash.
    public static func split(_ line: String) throws(BadText) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var isWord = false
        var quote: UInt8?
        var isEscaped = false
        for byte in line.utf8 {
            if isEscaped {
                isEscaped = false
                // Between double quotes a backslash stands for itself before what needs none.
                if quote != nil, !"\"\\$`\n".utf8.contains(byte) { word.append(UInt8(ascii: "\\")) }
                if byte != UInt8(ascii: "\n") { word.append(byte) }
            } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
                (isEscaped, isWord) = (true, true)
            } else if let open = quote {
                if byte == open { quote = nil } else { word.append(byte) }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                (quote, isWord) = (byte, true)
            } else if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                if isWord { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
                isWord = false
            } else {
                word.append(byte)
                isWord = true
            }
        }
        guard quote == nil else {
            throw BadText(message: "has a quote that is not closed", advice: "close it, or write a list of words")
        }
        guard !isEscaped else { throw BadText(message: "ends with a backslash", advice: "write a list of words") }
        if isWord { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
