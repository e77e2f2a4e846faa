internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import EnvironmentBuilder
internal import Recipes
internal import SystemPackage

/// `chidori env show`: one environment in full.
struct ShowCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what an environment holds, where it is and who uses it.",
        usage: "chidori env show [<options>] <environment>",
        discussion: """
            Below each jar stands the way from the recipe to whoever brings it.

            Examples:
              chidori env show features
              chidori env show features --json | jq .environment.packages
            """)

    @Argument(help: "The environment: a name, or at least eight digits of an id.")
    var environment: String

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) throws -> Answer {
        let summary = try session.builder.summary(environment)
        return Answer(["environment": summary.json], text: text(summary))
    }

    private func text(_ summary: EnvironmentSummary) -> String {
        let manifest = summary.manifest
        var facts = Facts()
        facts.add("name", manifest.name)
        facts.add(
            "known as",
            summary.isSuperseded
                ? "- (superseded: a newer build has the name)"
                : summary.hasLostNames
                    ? "- (lost with the store's index; building it again names it)"
                    : summary.tags.joined(separator: ", "))
        facts.add("version", manifest.version ?? "-")
        facts.add("id", manifest.id.description)
        facts.add("python", manifest.python)
        facts.add("platform", manifest.platform)
        facts.add("lock", manifest.lock.prefixed)
        facts.add("folder", summary.path?.string ?? "not on the volume")
        facts.add("built", timestamp(summary.stored.created))
        facts.add("last used", ago(summary.unusedFor))
        let users = summary.leases.filter { if case .tag = $0.holder { false } else { true } }.map { lease in
            lease.holder.description + (lease.remaining.map { ", for \(span($0)) more" } ?? "")
        }
        for user in users.sorted() { facts.add("used by", user) }
        for (name, value) in manifest.variables.sorted(by: { $0.key < $1.key }) {
            facts.add("sets", "\(name)=\(value)")
        }
        var table = Table(["PACKAGE", "VERSION", "ARTIFACT"])
        for unit in manifest.packages {
            table.add([unit.name, unit.version, String(unit.artifact.hex.prefix(12))])
        }
        return [facts.text, manifest.packages.isEmpty ? "" : table.text, manifest.jars.isEmpty ? "" : jars(summary)]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// Each jar, and below it the way to whoever brings it.
    private func jars(_ summary: EnvironmentSummary) -> String {
        let jars = summary.manifest.jars
        var table = Table(["JAR", "VERSION", "SIZE"], rightAligned: [2])
        for (jar, size) in zip(jars, summary.jarSizes) {
            table.add([shortened(jar: jar.name), jar.version, size.map { readable(bytes: $0) } ?? "-"])
        }
        let rows = table.text.split(separator: "\n").map(String.init)
        return zip(rows, [[]] + jars.map { lines(ofWay: ["recipe"] + $0.requiredBy, head: "  ") })
            .flatMap { [$0] + $1 }.joined(separator: "\n")
    }
}
