/// A path in a file below another folder, seen from the folder where reading started.
///
/// Absolute paths and URLs stay; `.` and `..` are taken out where they can be.
func joinedPath(_ folder: String, _ path: String) -> String {
    if path.utf8.first == UInt8(ascii: "/") || path.utf8.first == UInt8(ascii: "~") || hasScheme(path) { return path }
    var parts: [Substring] = []
    for part in folder.split(separator: "/") + path.split(separator: "/") where part != "." {
        if part == "..", let last = parts.last, last != ".." {
            parts.removeLast()
        } else {
            parts.append(part)
        }
    }
    let root = folder.utf8.first == UInt8(ascii: "/") ? "/" : ""
    let joined = root + parts.joined(separator: "/")
    return joined.isEmpty ? "." : joined
}

/// Whether the text starts with a URL's scheme and a colon (RFC 3986 §3.1): letters first, more than one of them.
func hasScheme(_ text: String) -> Bool {
    let scheme = text.utf8.prefix { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
    guard scheme.count > 1, let first = scheme.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.dropFirst(scheme.count).first == UInt8(ascii: ":")
}
