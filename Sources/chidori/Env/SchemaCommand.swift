internal import ArgumentParser
internal import Recipes
internal import SystemPackage

/// `chidori env schema`: the JSON Schema of recipes.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of recipes, for editors.")

    func run() {
        writeAll(Recipe.jsonSchema, to: .standardOutput)
    }
}
