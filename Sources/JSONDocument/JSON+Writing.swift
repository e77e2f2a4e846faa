extension JSON {
    /// The canonical form: members sorted by their names' UTF-8 bytes, no white space, nothing escaped that need not be.
    public var bytes: [UInt8] {
        var writer = JSONWriter(isCanonical: true)
        writer.write(self)
        return writer.output
    }

    /// The value on one line, members as they stand: for JSON lines and `--json`; `jq` makes it pretty.
    public var compact: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// The value with two spaces of indentation and a line feed at the end, members as they stand.
    public var pretty: String {
        var writer = JSONWriter(isIndented: true)
        writer.write(self)
        return String(decoding: writer.output, as: UTF8.self) + "\n"
    }
}

private struct JSONWriter {
    private let isCanonical: Bool
    private let isIndented: Bool
    private var depth = 0
    private(set) var output: [UInt8] = []

    init(isCanonical: Bool = false, isIndented: Bool = false) {
        self.isCanonical = isCanonical
        self.isIndented = isIndented
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        // JSON has no word for what is no number.
        case .number(let value): output += (value.isFinite ? String(value) : "null").utf8
        case .string(let text): write(text)
        case .array(let values):
            write(values, between: "[", "]") { $0.write($1) }
        case .object(let members):
            let members =
                isCanonical
                ? members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : members
            write(members, between: "{", "}") { writer, member in
                writer.write(member.name)
                writer.output += (writer.isIndented ? ": " : ":").utf8
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Element>(
        _ elements: [Element], between opening: String, _ closing: String, each: (inout JSONWriter, Element) -> Void
    ) {
        output += opening.utf8
        depth += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            breakLine()
            each(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { breakLine() }
        output += closing.utf8
    }

    private mutating func breakLine() {
        guard isIndented else { return }
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: depth * 2)
    }

    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output += "\\\"".utf8
            case UInt8(ascii: "\\"): output += "\\\\".utf8
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            case UInt8(ascii: "\t"): output += "\\t".utf8
            case 0..<0x20: output += "\\u00".utf8 + [Self.digit(byte >> 4), Self.digit(byte & 15)]
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
