internal import JSONDocument

/// One key of a shape.
public struct Field<Model: Sendable>: Sendable {
    public let name: String
    public let doc: String
    public let isRequired: Bool
    /// Why the key cannot be used yet, for names that a later version gives a meaning.
    public let reserved: String?
    /// What others call it.
    public let synonyms: [String]
    public let examples: [String]
    let keys: [String]
    let read: @Sendable (SourceNode, inout Model, inout Reading) -> Void
    /// Writes the value unless it is the second model's.
    let write: @Sendable (Model, Model?) -> SourceNode?
    let schema: @Sendable (Model) -> [JSON.Member]

    /// A key whose value goes to a property.
    ///
    /// - Parameter isAlwaysWritten: whether the value is written down even where it is the default, which a later
    ///   version may change.
    public init<Value: Equatable & Sendable>(
        _ name: String, _ property: any WritableKeyPath<Model, Value> & Sendable, _ codec: Codec<Value>,
        required: Bool = false, isAlwaysWritten: Bool = false, synonyms: [String] = [], examples: [String] = [],
        _ doc: String
    ) {
        self.init(name, doc, required, synonyms, examples, codec.keys) { node, model, reading in
            if let value = codec.read(node, &reading) { model[keyPath: property] = value }
        } write: { model, initial in
            let value = model[keyPath: property]
            return required || isAlwaysWritten || value != initial?[keyPath: property] ? codec.write(value) : nil
        } schema: { initial in
            required ? codec.schema : codec.schema + [.init("default", JSON(codec.write(initial[keyPath: property])))]
        }
    }

    /// A key whose value goes to a property that may be empty.
    public init<Value: Equatable & Sendable>(
        _ name: String, _ property: any WritableKeyPath<Model, Value?> & Sendable, _ codec: Codec<Value>,
        required: Bool = false, synonyms: [String] = [], examples: [String] = [], _ doc: String
    ) {
        self.init(name, doc, required, synonyms, examples, codec.keys) { node, model, reading in
            if let value = codec.read(node, &reading) { model[keyPath: property] = value }
        } write: { model, _ in
            model[keyPath: property].map(codec.write)
        } schema: { _ in
            codec.schema
        }
    }

    /// A second key for a property that another one writes.
    public init<Value: Equatable & Sendable>(
        alternative name: String, _ property: any WritableKeyPath<Model, Value> & Sendable, _ codec: Codec<Value>,
        examples: [String] = [], _ doc: String
    ) {
        self.init(name, doc, false, [], examples, codec.keys) { node, model, reading in
            if let value = codec.read(node, &reading) { model[keyPath: property] = value }
        } write: { _, _ in
            nil
        } schema: { _ in
            codec.schema
        }
    }

    /// A key that answers have for their readers' sake: it follows from the others, and is passed over when it is read.
    public init<Value: Sendable>(
        derived name: String, _ codec: Codec<Value>, _ doc: String, _ value: @escaping @Sendable (Model) -> Value?
    ) {
        self.init(name, doc, false, [], [], []) { _, _, _ in
        } write: { model, _ in
            value(model).map(codec.write)
        } schema: { _ in
            codec.schema
        }
    }

    /// The same key for a model that holds this one's: the keys of several models then stand side by side.
    public func within<Outer: Sendable>(_ path: any WritableKeyPath<Outer, Model> & Sendable) -> Field<Outer> {
        Field<Outer>(
            self, read: { node, outer, reading in read(node, &outer[keyPath: path], &reading) },
            write: { outer, initial in write(outer[keyPath: path], initial?[keyPath: path]) },
            schema: { schema($0[keyPath: path]) })
    }

    private init<Other>(
        _ other: Field<Other>, read: @escaping @Sendable (SourceNode, inout Model, inout Reading) -> Void,
        write: @escaping @Sendable (Model, Model?) -> SourceNode?,
        schema: @escaping @Sendable (Model) -> [JSON.Member]
    ) {
        name = other.name
        doc = other.doc
        isRequired = other.isRequired
        reserved = other.reserved
        synonyms = other.synonyms
        examples = other.examples
        keys = other.keys
        self.read = read
        self.write = write
        self.schema = schema
    }

    /// A name that has no meaning yet.
    public static func reserved(_ name: String, _ reason: String) -> Field {
        Field(reserved: reason, name: name)
    }

    private init(reserved: String, name: String) {
        self.name = name
        self.reserved = reserved
        doc = reserved
        isRequired = false
        synonyms = []
        examples = []
        keys = []
        read = { _, _, _ in }
        write = { _, _ in nil }
        schema = { _ in [] }
    }

    private init(
        _ name: String, _ doc: String, _ required: Bool, _ synonyms: [String], _ examples: [String],
        _ keys: [String], read: @escaping @Sendable (SourceNode, inout Model, inout Reading) -> Void,
        write: @escaping @Sendable (Model, Model?) -> SourceNode?,
        schema: @escaping @Sendable (Model) -> [JSON.Member]
    ) {
        self.name = name
        self.doc = doc
        isRequired = required
        reserved = nil
        self.synonyms = synonyms
        self.examples = examples
        self.keys = keys
        self.read = read
        self.write = write
        self.schema = { initial in
            // What the key is for says more than what its values are.
            var members = schema(initial).filter { $0.name != "description" }
            members.insert(.init("description", .string(doc)), at: 0)
            if !examples.isEmpty { members.append(.init("examples", .array(examples.map(JSON.string)))) }
            return members
        }
    }
}
