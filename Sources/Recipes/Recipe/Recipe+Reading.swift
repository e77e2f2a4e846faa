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
        var reading = Reading(file: source.name)
        reading.homes = Recipe.homes
        let recipe = Recipe.shape.read(root, &reading)
        if let error = reading.error { throw error }
        guard let recipe else { throw RecipesError(.wrongType, in: source.name, message: "holds no recipe") }
        self = recipe
    }

    /// The recipe's keys as a document's root, those left out that have their default; without credentials.
    public var node: SourceNode { .mapping(Recipe.shape.write(self)) }

    /// Where each key may stand.
    static let homes: [String: [String]] = {
        var homes: [String: [String]] = [:]
        for path in Recipe.shape.keys {
            guard let name = path.split(separator: ".").last else { continue }
            homes[String(name), default: []].append(path)
        }
        return homes
    }()

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
