internal import Diagnostics
public import JSONDocument

/// A mapping with known keys: one definition from which values are read, mistakes are told, locks are written and
/// editors are helped.
///
/// Keys that are left out keep the value of `initial`, which is therefore the documented default.
public struct Shape<Model: Sendable>: Sendable {
    public let doc: String
    public let initial: Model
    public let fields: [Field<Model>]
    /// Whether fields that have their default are written too: in answers, whose readers need not know it.
    public let writesDefaults: Bool
    /// Looks at the whole: fields that exclude each other, or that only together make sense.
    let check: @Sendable (Model, [SourceNode.Entry], SourceMark, inout Reading) -> Void

    public init(
        _ doc: String, initial: Model, writesDefaults: Bool = false, fields: [Field<Model>],
        check: @escaping @Sendable (Model, [SourceNode.Entry], SourceMark, inout Reading) -> Void = { _, _, _, _ in }
    ) {
        self.doc = doc
        self.initial = initial
        self.fields = fields
        self.writesDefaults = writesDefaults
        self.check = check
    }

    /// Reads a node; mistakes are reported, and what could be read is given all the same.
    ///
    /// - Parameters:
    ///   - base: what holds for keys that are left out, instead of `initial`.
    public func read(_ node: SourceNode, _ reading: inout Reading, over base: Model? = nil) -> Model? {
        guard case .mapping(let entries) = node.content else {
            reading.report(
                .wrongType, at: node.mark, "must be a mapping with keys, and is \(node.kind)",
                advice: fields.first { $0.isRequired }.map { "start with `\($0.name): `" })
            return nil
        }
        var model = base ?? initial
        for entry in entries {
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                if !reading.isLenient { reportUnknown(entry, &reading) }
                continue
            }
            reading.under(entry.key) { reading in
                if let later = field.reserved {
                    reading.report(.unsupported, at: entry.keyMark, later, advice: "take the key out")
                } else if entry.value.isNull, field.isRequired {
                    reading.report(.missingKey, at: entry.keyMark, "has no value")
                } else if !entry.value.isNull {
                    field.read(entry.value, &model, &reading)
                }
            }
        }
        for field in fields where field.isRequired && !entries.contains(where: { $0.key == field.name }) {
            let path = reading.currentPath.isEmpty ? field.name : "\(reading.currentPath).\(field.name)"
            if reading.given.contains(path) { continue }
            reading.report(
                .missingKey, at: node.mark, "`\(field.name)` is missing",
                advice: field.examples.first.map { "add `\(field.name): \($0)`" })
        }
        check(model, entries, node.mark, &reading)
        return model
    }

    /// The fields that differ from the defaults, or all, in the order of the definition.
    public func write(_ model: Model) -> [SourceNode.Entry] {
        fields.compactMap { field in
            field.write(model, writesDefaults ? nil : initial).map { SourceNode.Entry(field.name, $0) }
        }
    }

    /// JSON Schema: what draft 7 and 2020-12 (OpenAPI 3.1) both understand.
    public var schema: [JSON.Member] {
        let shown = fields.filter { $0.reserved == nil }
        var members: [JSON.Member] = [
            .init("type", .string("object")), .init("description", .string(doc)),
            .init("properties", .object(shown.map { .init($0.name, .object($0.schema(initial))) })),
        ]
        let required = shown.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members.append(.init("required", .array(required.map(JSON.string)))) }
        members.append(.init("additionalProperties", .bool(false)))
        return members
    }

    /// Every key here and below.
    public var keys: [String] {
        fields.filter { $0.reserved == nil }.flatMap { field in
            [field.name] + field.keys.map { "\(field.name).\($0)" }
        }
    }

    /// Where each key may stand, by its last part.
    public var homes: [String: [String]] {
        var homes: [String: [String]] = [:]
        for path in keys {
            guard let name = path.split(separator: ".").last else { continue }
            homes[String(name), default: []].append(path)
        }
        return homes
    }

    /// As a value of a field.
    public var codec: Codec<Model> {
        Codec(
            schema: schema, keys: keys, read: { node, reading in read(node, &reading) },
            write: { .mapping(write($0)) })
    }

    private func reportUnknown(_ entry: SourceNode.Entry, _ reading: inout Reading) {
        guard !reading.isFull else { return }
        let known = fields.filter { $0.reserved == nil }
        let message = "`\(entry.key)` is no key here"
        if let meant = known.first(where: { $0.synonyms.contains(entry.key) }) {
            return reading.report(.unknownKey, at: entry.keyMark, message, advice: "`\(meant.name)`")
        }
        if let near = suggestion(entry.key, known.map(\.name)) {
            return reading.report(.unknownKey, at: entry.keyMark, message, advice: near)
        }
        if let homes = reading.homes()[entry.key] {
            let places = homes.map { "`\($0)`" }.joined(separator: " or ")
            return reading.report(.unknownKey, at: entry.keyMark, message, advice: "its place is \(places)")
        }
        let names = known.map { "`\($0.name)`" }.joined(separator: ", ")
        reading.report(.unknownKey, at: entry.keyMark, message, advice: "one of \(names)")
    }
}

/// The nearest word, in backquotes; `nil` if none is near.
public func suggestion(_ word: String, _ words: [String]) -> String? {
    // No key is as long, and the comparison takes the product of both lengths.
    guard word.utf8.count <= 64 else { return nil }
    return nearest(to: word, among: words, limit: 1).first.map { "`\($0)`" }
}
