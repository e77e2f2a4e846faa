internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env remove`: takes environments away, and what only they used.
struct RemoveCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove environments, and what only they used.", aliases: ["rm"])

    @Argument(help: "The environments: names or ids.")
    var environments: [String]

    @Flag(name: .long, help: "Remove an environment in spite of folders and jobs that use it.")
    var force = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() throws {
        let builder = try Session(shared).builder
        var removed: [JSON] = []
        for reference in environments {
            let (stored, freed) = try builder.remove(reference, forced: force)
            removed.append([
                "id": .string(stored.id.hex), "name": .string(stored.name), "deleted": JSON(freed.items),
                "bytes": JSON(freed.bytes),
            ])
            output.say("Removed \(stored.name) (\(stored.id.hex.prefix(12))), \(readable(bytes: freed.bytes)) freed")
        }
        output.result(.array(removed), text: "")
    }
}
