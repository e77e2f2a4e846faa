internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env remove`: takes environments away, and what only they used.
struct RemoveCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove environments, and what only they used.",
        usage: "chidori env remove [<options>] <environment> ...",
        discussion: """
            A name of an environment that has other names takes only that name away; an id means all of it. If one of \
            several environments is not there, none is removed.

            Examples:
              chidori env remove features
              chidori env remove 3f2a9c417b58 --force
            """,
        aliases: ["rm"])

    @Argument(help: ArgumentHelp("The environments: names, or at least eight digits of ids.", valueName: "environment"))
    var environments: [String]

    @Flag(name: .long, help: "Remove an environment in spite of folders and jobs that use it.")
    var force = false

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) throws -> Answer {
        let wanted = try environments.map { ($0, try session.builder.environment($0).id) }
        var gone: Set<SHA256Digest> = []
        var removals: [JSON] = []
        for (number, (reference, id)) in wanted.enumerated() {
            // Named twice, a name or an environment is removed once.
            if gone.contains(id) || environments[..<number].contains(reference) { continue }
            let removal = try session.builder.remove(reference, forced: force)
            if removal.remaining.isEmpty { gone.insert(id) }
            removals.append(removal.json)
            // Said at once: the next one may be refused.
            session.output.say(removal.line(naming: reference))
            session.output.event(.object([JSON.Member("event", "removed")] + removal.members))
        }
        return Answer(["removed": .array(removals)])
    }
}

extension EnvironmentBuilder.Removal {
    var json: JSON { .object(members) }

    fileprivate var members: [JSON.Member] {
        [
            JSON.Member("id", .string(environment.id.hex)), JSON.Member("name", .string(environment.name)),
            JSON.Member("tags", JSON(tags)), JSON.Member("remaining", JSON(remaining)),
            JSON.Member("freed", freed.json),
        ]
    }

    /// What went, for people.
    func line(naming reference: String) -> String {
        let id = environment.id.hex.prefix(12)
        guard remaining.isEmpty else {
            return "Removed the name \(reference); \(id) is still there as \(remaining.joined(separator: ", "))"
        }
        let names = tags.isEmpty ? environment.name : tags.joined(separator: ", ")
        return "Removed \(names) (\(id)), \(readable(bytes: freed.bytes)) freed"
    }
}
