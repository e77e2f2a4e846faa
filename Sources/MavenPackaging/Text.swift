/// The text without the blanks and control characters around it, as Java's `trim` takes them away.
func trimmed(_ text: Substring) -> Substring {
    var bytes = text.utf8[...]
    while let first = bytes.first, first <= 0x20 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
    return text[bytes.startIndex..<bytes.endIndex]
}

func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last, first <= 0x20 || last <= 0x20 else { return text }
    return String(trimmed(text[...]))
}
