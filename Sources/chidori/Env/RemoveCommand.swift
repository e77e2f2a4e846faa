internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env remove`: takes environments away, and what only they used.
struct RemoveCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove environments, and what only they used.",
        discussion: "A name of an environment that has other names takes only that name away; an id means all of it.",
        aliases: ["rm"])

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
            let removal = try builder.remove(reference, forced: force)
            let id = removal.environment.id.hex
            removed.append([
                "id": .string(id), "name": .string(removal.environment.name), "tags": JSON(removal.tags),
                "remaining": JSON(removal.remaining), "deleted": JSON(removal.freed.items),
                "bytes": JSON(removal.freed.bytes),
            ])
            guard removal.remaining.isEmpty else {
                output.say(
                    "Removed the name \(reference); \(id.prefix(12)) is still there as "
                        + removal.remaining.joined(separator: ", "))
                continue
            }
            let names = removal.tags.isEmpty ? removal.environment.name : removal.tags.joined(separator: ", ")
            output.say("Removed \(names) (\(id.prefix(12))), \(readable(bytes: removal.freed.bytes)) freed")
        }
        output.result(.array(removed), text: "")
    }
}
