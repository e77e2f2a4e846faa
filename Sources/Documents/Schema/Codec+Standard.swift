internal import Diagnostics
internal import JSONDocument

extension Codec where Value == String {
    /// Any text that is not empty.
    public static var text: Codec {
        let line = parsed("text", isNumeric: true) { text in
            guard !text.isEmpty else { throw BadText(message: "is empty") }
            return text
        } print: {
            $0
        }
        return Codec(
            schema: line.schema, read: line.read,
            write: { $0.utf8.contains(0x0A) ? SourceNode(.scalar($0, .block)) : .text($0) })
    }

    /// Any text of so many Unicode scalars, without NUL: what programs may be given.
    public static func text(_ length: ClosedRange<Int>) -> Codec {
        Codec(
            schema: [
                .init("type", .string("string")), .init("minLength", JSON(length.lowerBound)),
                .init("maxLength", JSON(length.upperBound)),
            ],
            read: { node, reading in
                guard let text = node.readText("text", &reading) else { return nil }
                let count = text.unicodeScalars.count
                if text.utf8.contains(0) {
                    reading.report(.badValue, at: node.mark, "holds a NUL")
                } else if count < length.lowerBound {
                    let least = counted(length.lowerBound, "character")
                    reading.report(
                        .badValue, at: node.mark, count == 0 ? "is empty" : "has fewer than \(least)")
                } else if count > length.upperBound {
                    reading.report(
                        .badValue, at: node.mark, "has \(count) characters, and \(length.upperBound) are the most")
                } else {
                    return text
                }
                return nil
            },
            write: { .text($0) })
    }

    /// Any text, empty or not: what answers say to people.
    public static var anyText: Codec {
        Codec(
            schema: [.init("type", .string("string"))], read: { node, reading in node.readText("text", &reading) },
            write: { .text($0) })
    }

    /// A setting's value: any text without NUL, numbers and flags as they are written.
    public static var setting: Codec {
        Codec(
            schema: [
                .init("type", .array([.string("string"), .string("number"), .string("boolean")]))
            ],
            read: { node, reading in
                guard case .scalar(let text, _) = node.content, !node.isNull else {
                    reading.report(
                        .wrongType, at: node.mark, "must be text, and is \(node.kind)",
                        advice: node.isNull ? "write \"\" for an empty text" : nil)
                    return nil
                }
                guard !text.utf8.contains(0) else {
                    reading.report(.badValue, at: node.mark, "holds a NUL, which no variable can")
                    return nil
                }
                return text
            },
            write: { .text($0) })
    }
}

extension Codec where Value == [String: String] {
    /// A mapping from names to text, such as settings, labels or variables; numbers and flags as they are written.
    ///
    /// - Parameter check: tells what is wrong with a name; `nil` for a good one.
    public static func texts(check: @escaping @Sendable (String) -> BadName? = { _ in nil }) -> Codec {
        .mapping(of: .setting, check: check)
    }
}

extension Codec where Value == Bool {
    public static var flag: Codec {
        Codec(
            schema: [.init("type", .string("boolean"))],
            read: { node, reading in
                if case .scalar(let text, let kind) = node.content, kind == .plain || kind == .boolean {
                    switch text {
                    case "true", "True", "TRUE": return true
                    case "false", "False", "FALSE": return false
                    default: break
                    }
                }
                reading.report(.wrongType, at: node.mark, "must be `true` or `false`, and is \(node.kind)")
                return nil
            },
            write: { .boolean($0) })
    }
}

extension Codec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    public static var word: Codec {
        let words = Value.allCases.map(\.rawValue)
        return Codec(
            schema: [.init("enum", .array(words.map(JSON.string)))],
            read: { node, reading in
                let choice = words.map { "`\($0)`" }.joined(separator: ", ")
                guard let text = node.readText("one of \(choice)", &reading) else { return nil }
                if let value = Value(rawValue: text) { return value }
                reading.report(
                    .badValue, at: node.mark, "`\(text)` is none of \(choice)", advice: suggestion(text, words))
                return nil
            },
            write: { .text($0.rawValue) })
    }
}

extension Codec {
    /// The same, looked at when it is read.
    ///
    /// - Parameter check: reports what is wrong with a value; a lenient reading, as of locks, passes it over.
    public func checked(_ check: @escaping @Sendable (Value, SourceNode, inout Reading) -> Void) -> Codec {
        Codec(
            schema: schema, keys: keys,
            read: { node, reading in
                let value = read(node, &reading)
                if let value, !reading.isLenient { check(value, node, &reading) }
                return value
            }, write: write)
    }

    /// A list of values that are also looked at together.
    public static func list<Item: Sendable>(
        of item: Codec<Item>, checking check: @escaping @Sendable ([Item], [SourceNode], inout Reading) -> Void
    ) -> Codec where Value == [Item] {
        list(of: item).checked { values, node, reading in
            if case .sequence(let items) = node.content { check(values, items, &reading) }
        }
    }

    /// A list of values; every wrong one is reported.
    public static func list<Item: Sendable>(of item: Codec<Item>) -> Codec where Value == [Item] {
        Codec(
            schema: [.init("type", .string("array")), .init("items", .object(item.schema))], keys: item.keys,
            read: { node, reading in
                guard case .sequence(let items) = node.content else {
                    if node.isNull { return [] }
                    reading.report(
                        .wrongType, at: node.mark, "must be a list, and is \(node.kind)",
                        advice: "write each item on a line of its own after `- `")
                    return nil
                }
                let values = items.enumerated().map { index, node in
                    reading.under(index) { item.read(node, &$0) }
                }
                return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
            },
            write: { .sequence($0.map(item.write)) })
    }

    /// A mapping from names to values.
    ///
    /// - Parameter check: tells what is wrong with a name; `nil` for a good one.
    public static func mapping<Item: Sendable>(
        of item: Codec<Item>, check: @escaping @Sendable (String) -> BadName? = { _ in nil }
    ) -> Codec where Value == [String: Item] {
        Codec(
            schema: [.init("type", .string("object")), .init("additionalProperties", .object(item.schema))],
            read: { node, reading in
                guard case .mapping(let entries) = node.content else {
                    if node.isNull { return [:] }
                    reading.report(.wrongType, at: node.mark, "must be a mapping, and is \(node.kind)")
                    return nil
                }
                var values: [String: Item] = [:]
                for entry in entries {
                    reading.under(entry.key) { reading in
                        if let bad = check(entry.key) {
                            reading.report(.badValue, at: entry.keyMark, bad.message, advice: bad.advice)
                        }
                        if let value = item.read(entry.value, &reading) { values[entry.key] = value }
                    }
                }
                return values
            },
            write: { values in
                .mapping(
                    values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
                        SourceNode.Entry($0.key, item.write($0.value))
                    })
            })
    }

    /// A value that has a short form: text in place of a mapping.
    public static func short(_ short: Codec, or long: Codec, isShort: @escaping @Sendable (Value) -> Bool) -> Codec {
        Codec(
            schema: [.init("anyOf", .array([.object(short.schema), .object(long.schema)]))], keys: long.keys,
            read: { node, reading in
                if case .mapping = node.content { return long.read(node, &reading) }
                return short.read(node, &reading)
            },
            write: { isShort($0) ? short.write($0) : long.write($0) })
    }
}

/// What is wrong with a name in a mapping.
public struct BadName: Sendable {
    public var message: String
    public var advice: String?

    public init(_ message: String, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }
}
