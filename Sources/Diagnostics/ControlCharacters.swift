/// A text for a terminal, which takes control characters as orders: those that names from outside may hold are replaced.
///
/// C0 but line feed and tab, DEL and C1 (ECMA-48) become U+FFFD.
///
/// - Parameter keepsColours: whether sequences that set colours and weight (`ESC [ digits m`) stay.
public func withoutControls(_ text: String, keepsColours: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
        if scalar == "\u{1B}", keepsColours, let end = colourEnd(rest) {
            result.append(scalar)
            result.append(contentsOf: rest[..<end])
            rest = rest[end...]
        } else {
            result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
        }
    }
    return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F...0x9F: true
    default: false
    }
}

/// Where a sequence ends whose ESC was read, if it sets colours: `[`, digits and `;`, `m`.
private func colourEnd(_ text: Substring.UnicodeScalarView) -> String.Index? {
    guard text.first == "[" else { return nil }
    let rest = text.dropFirst().drop { $0 == ";" || ("0"..."9").contains($0) }
    guard rest.first == "m" else { return nil }
    return rest.index(after: rest.startIndex)
}
