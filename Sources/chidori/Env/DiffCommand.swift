internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument
internal import PythonPackaging
internal import Recipes

/// `chidori env diff`: what differs between two locks or environments.
struct DiffCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell what differs between two locks, two environments, or one of each.",
        discussion: "Exits with 0 whether or not there are differences.")

    @Argument(help: "A lock, or an environment's name or id.", completion: .file())
    var from: String

    @Argument(help: "A lock, or an environment's name or id.", completion: .file())
    var to: String

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() throws {
        let builder = try Session(shared).builder
        let difference = try builder.difference(from: from, to: to, in: currentFolder())
        output.result(difference.json, text: difference.text)
        if difference.isEmpty { output.say("no differences") }
    }
}

extension EnvironmentDifference {
    var json: JSON {
        .array(
            changes.map {
                [
                    "package": .string($0.name), "from": JSON($0.from), "to": JSON($0.to),
                    "note": JSON($0.note),
                ]
            })
    }

    /// `+` for what is new, `-` for what is gone, `~` for what has changed.
    var text: String {
        var table = Table(["", "PACKAGE", "FROM", "TO", ""])
        for change in changes {
            let sign = change.from.isEmpty ? "+" : change.to.isEmpty ? "-" : "~"
            table.add([
                sign, change.name, change.from.joined(separator: ", "), change.to.joined(separator: ", "),
                change.note ?? "",
            ])
        }
        return changes.isEmpty ? "" : table.text
    }
}
