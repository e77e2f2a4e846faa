/// Writes TOML 1.0 that is the same for the same values: lists of several items have one a line, with a comma after
/// the last, so that a changed item is one changed line.
public struct TOMLWriter {
    public private(set) var text = ""

    public init() {}

    /// `[name]`, or `[[name]]` for an item of an array of tables, after an empty line.
    public mutating func header(_ path: [String], isArrayItem: Bool = false) {
        if !text.isEmpty { text += "\n" }
        let name = path.map(TOMLWriter.key).joined(separator: ".")
        text += isArrayItem ? "[[\(name)]]\n" : "[\(name)]\n"
    }

    /// `key = value`. Tables among the values are inline.
    public mutating func pair(_ key: String, _ value: SourceNode) {
        text += TOMLWriter.key(key)
        text += " = "
        if case .sequence(let items) = value.content, items.count > 1 || items.contains(where: \.isMapping) {
            text += "[\n"
            for item in items {
                text += "    "
                TOMLWriter.inline(item, to: &text)
                text += ",\n"
            }
            text += "]"
        } else if case .scalar(let block, .block) = value.content {
            TOMLWriter.block(block, to: &text)
        } else {
            TOMLWriter.inline(value, to: &text)
        }
        text += "\n"
    }

    public mutating func pair(_ key: String, _ value: String) { pair(key, .text(value)) }

    /// Pairs under the last header, then a table of its own for each mapping among them.
    public mutating func table(_ entries: [SourceNode.Entry], path: [String]) {
        for entry in entries where !entry.value.isTable { pair(entry.key, entry.value) }
        for entry in entries {
            let inner = path + [entry.key]
            switch entry.value.content {
            case .mapping(let below):
                header(inner)
                table(below, path: inner)
            case .sequence(let items) where entry.value.isTable:
                for case .mapping(let below) in items.map(\.content) {
                    header(inner, isArrayItem: true)
                    table(below, path: inner)
                }
            default: break
            }
        }
    }

    /// A key, in quotes where it must be.
    static func key(_ key: String) -> String {
        let isBare =
            !key.isEmpty
            && key.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
        if isBare { return key }
        var text = ""
        quote(key, to: &text)
        return text
    }

    /// A value on one line.
    static func inline(_ node: SourceNode, to text: inout String) {
        switch node.content {
        case .scalar(let value, .plain), .scalar(let value, .text), .scalar(let value, .block):
            quote(value, to: &text)
        case .scalar(let value, _): text += value
        case .sequence(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += ", " }
                inline(item, to: &text)
            }
            text += "]"
        case .mapping(let entries):
            if entries.isEmpty { return text += "{}" }
            text += "{ "
            for (index, entry) in entries.enumerated() {
                if index > 0 { text += ", " }
                text += "\(key(entry.key)) = "
                inline(entry.value, to: &text)
            }
            text += " }"
        }
    }

    /// A multi-line string: literal, so that programs look like programs, unless it cannot be.
    private static func block(_ value: String, to text: inout String) {
        let isPlain = value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 || $0 == 0x0A }
        if isPlain, !value.contains("'''"), value.utf8.last != UInt8(ascii: "'") {
            text += "'''\n\(value)'''"
            return
        }
        text += "\"\"\"\n"
        for scalar in value.unicodeScalars {
            if scalar == "\n" { text += "\n" } else { escape(scalar, to: &text) }
        }
        text += "\"\"\""
    }

    /// A basic string; a literal one where that spares escapes.
    private static func quote(_ value: String, to text: inout String) {
        let isPrintable = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        let hasEscapes = value.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        if isPrintable, hasEscapes, !value.utf8.contains(UInt8(ascii: "'")) {
            text += "'\(value)'"
            return
        }
        text += "\""
        if isPrintable, !hasEscapes {
            text += value
        } else {
            for scalar in value.unicodeScalars { escape(scalar, to: &text) }
        }
        text += "\""
    }

    /// A character of a basic string.
    private static func escape(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\t": text += "\\t"
        case "\r": text += "\\r"
        case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}

extension SourceNode {
    var isMapping: Bool {
        if case .mapping = content { return true }
        return false
    }

    /// Whether this gets a header: a mapping, or a list of nothing but mappings.
    var isTable: Bool {
        switch content {
        case .mapping: true
        case .sequence(let items): !items.isEmpty && items.allSatisfy(\.isMapping)
        case .scalar: false
        }
    }
}
