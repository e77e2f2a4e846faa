internal import JSONDocument

extension Recipe {
    /// Reads a recipe in YAML.
    ///
    /// - Throws: every mistake at once, with file, line and column, keys, and what may have been meant.
    public init(yaml source: SourceText) throws(RecipesError) {
        guard let root = try YAMLReader.read(source) else {
            throw RecipesError(
                .missingKey, in: source.name, message: "holds no recipe",
                advice: "start with `name:` and `python:`")
        }
        self = try Recipe.shape.value(of: root, in: source.name)
    }

    /// The recipe's keys as a document's root, those left out that have their default; without credentials.
    public var node: SourceNode { .mapping(Recipe.shape.write(self)) }

    /// Where each key may stand.
    static let homes = Recipe.shape.homes

    /// JSON Schema (draft 7) of recipes, for editors: `chidori env schema` prints it.
    public static var jsonSchema: String {
        JSON.object(
            [
                .init("$schema", .string("http://json-schema.org/draft-07/schema#")),
                .init("title", .string("Chidori recipe")),
            ] + shape.schema
        ).pretty
    }
}

extension Recipe {
    /// The name of every key, at whatever depth.
    public static var keyNames: [String] { homes.keys.sorted() }
}
