/// One paragraph of a Debian control file: fields in order, names compared without case.
///
/// Format: Debian Policy §5.1. A field's value keeps its further lines, without the blank that begins each.
struct ControlStanza: Sendable, Equatable {
    private(set) var fields: [(name: String, value: String)] = []

    subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    /// A field's words, as in `Suites: bookworm bookworm-updates`.
    func words(_ name: String) -> [String] {
        (self[name] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    mutating func set(_ name: String, _ value: String) {
        if let index = fields.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
            fields[index].value = value
        } else {
            fields.append((name, value))
        }
    }

    /// The paragraph as text, ending with a line break.
    var text: String {
        fields.map { field in
            let lines = field.value.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let first = lines.first ?? ""
            let rest = lines.dropFirst().map { "\n \($0.isEmpty ? "." : $0)" }.joined()
            return "\(field.name):\(first.isEmpty ? "" : " \(first)")\(rest)\n"
        }.joined()
    }

    static func == (a: Self, b: Self) -> Bool {
        a.fields.elementsEqual(b.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    /// Every paragraph of a file; comment lines are left out.
    static func parse(_ text: some StringProtocol) -> [ControlStanza] {
        var stanzas: [ControlStanza] = []
        var current = ControlStanza()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") { continue }
            if line.allSatisfy(\.isWhitespace) {
                if !current.fields.isEmpty { stanzas.append(current) }
                current = ControlStanza()
            } else if line.first?.isWhitespace == true {
                guard !current.fields.isEmpty else { continue }
                let more = line.dropFirst()
                current.fields[current.fields.count - 1].value += "\n" + (more == "." ? "" : more)
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
                current.fields.append((String(line[..<colon]), String(value)))
            }
        }
        if !current.fields.isEmpty { stanzas.append(current) }
        return stanzas
    }
}
