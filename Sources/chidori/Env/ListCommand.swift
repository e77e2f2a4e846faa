internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env list`: the environments of a data folder.
struct ListCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the environments in the data folder.", aliases: ["ls"])

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() throws {
        let summaries = try Session(shared).builder.summaries()
        output.result(.array(summaries.map(\.json)), text: summaries.isEmpty ? "" : table(summaries))
        if summaries.isEmpty, !shared.json {
            output.say("No environments yet. Build one: chidori env build RECIPE")
        }
    }

    private func table(_ summaries: [EnvironmentSummary]) -> String {
        var table = Table(["NAME", "VERSION", "ID", "PYTHON", "PLATFORM", "PACKAGES", "BUILT"], rightAligned: [5])
        for summary in summaries {
            let manifest = summary.manifest
            table.add([
                summary.tags.isEmpty ? "(\(manifest.name))" : summary.tags.joined(separator: ","),
                manifest.version ?? "-", String(manifest.id.description.prefix(12)), manifest.python,
                manifest.platform, String(manifest.units.count), age(ofSecondsSince1970: summary.stored.created),
            ])
        }
        return table.text
    }
}

extension EnvironmentSummary {
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(manifest.name), "version": JSON(manifest.version),
            "tags": JSON(tags), "python": .string(manifest.python), "platform": .string(manifest.platform),
            "lock": .string(manifest.lock.prefixed), "path": JSON(path?.string),
            "created": .string(timestamp(stored.created)),
            "holders": JSON(holders.map(\.description).sorted()),
            "variables": .object(
                manifest.variables.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
            "packages": .array(
                manifest.units.map {
                    [
                        "name": .string($0.name), "version": .string($0.version),
                        "artifact": .string($0.artifact.prefixed), "tree": .string($0.tree.prefixed),
                    ]
                }),
        ]
    }
}
