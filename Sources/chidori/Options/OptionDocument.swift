internal import Diagnostics
internal import Documents

/// Options as the document that the API would take, so that both say the same of a mistake.
struct OptionDocument {
    private(set) var entries: [SourceNode.Entry] = []
    private(set) var names = OptionNames()

    /// Puts down what an option says; nothing where it was not given.
    ///
    /// - Parameters:
    ///   - key: of the document; one dot leads into a mapping.
    ///   - option: as people type it, where it is another word than the key.
    mutating func put(_ key: String, _ value: SourceNode?, as option: String? = nil) {
        guard let value else { return }
        names.add(key, option)
        let (outer, inner) = key.halves(at: ".")
        guard let inner else { return entries.append(.init(key, value)) }
        let entry = SourceNode.Entry(inner, value)
        if let index = entries.firstIndex(where: { $0.key == outer }),
            case .mapping(let others) = entries[index].value.content
        {
            entries[index].value.content = .mapping(others + [entry])
        } else {
            entries.append(.init(outer, .mapping([entry])))
        }
    }

    mutating func put(_ key: String, _ value: String?, as option: String? = nil) {
        put(key, value.map(Self.word), as: option)
    }

    /// An option that may be repeated.
    mutating func put(_ key: String, _ values: [String], as option: String? = nil) {
        put(key, values.isEmpty ? nil : .sequence(values.map { .text($0) }), as: option)
    }

    /// An option that may be repeated, each time with `NAME=VALUE`; the last of one name counts.
    mutating func put(_ key: String, pairs: [String], as option: String) throws {
        guard !pairs.isEmpty else { return }
        var inner: [SourceNode.Entry] = []
        for pair in pairs {
            let (name, value) = pair.halves(at: "=")
            guard let value, !name.isEmpty else {
                throw JobCommandError(
                    .request, "\(option) \(pair)", "has no name and value", advice: "write \(option) NAME=VALUE")
            }
            inner.removeAll { $0.key == name }
            inner.append(.init(name, Self.word(value)))
        }
        put(key, .mapping(inner), as: option)
    }

    /// What the options say.
    ///
    /// - Throws: every mistake at once, under the options' names.
    func value<Model>(_ shape: Shape<Model>) throws -> Model {
        do {
            return try shape.value(of: .mapping(entries), in: OptionNames.place)
        } catch {
            throw names.told(error)
        }
    }

    /// What an option holds: a number where it is one, and text as well.
    static func word(_ text: String) -> SourceNode {
        let isNumber = text.utf8.first.map { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") } ?? false
        return SourceNode(.scalar(text, isNumber ? .plain : .text))
    }
}

extension String {
    /// What stands before the first separator, and what behind it.
    func halves(at separator: Character) -> (String, String?) {
        guard let index = firstIndex(of: separator) else { return (self, nil) }
        return (String(self[..<index]), String(self[self.index(after: index)...]))
    }
}
