internal import ArgumentParser
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes
internal import SystemPackage

/// `chidori env list`: the environments of a data folder.
struct ListCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the environments in the data folder.",
        usage: "chidori env list [<options>]",
        discussion: """
            A name in parentheses is that of a superseded environment: a newer build has taken the name. It still runs by \
            its id, and goes with `chidori store collect`.

            Examples:
              chidori env list
              chidori env list --json | jq -r '.environments[] | select(.superseded) | .id'
            """,
        aliases: ["ls"])

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) throws -> Answer {
        let summaries = try session.builder.summaries()
        let superseded = summaries.count(where: \.isSuperseded)
        var remarks: [String] = []
        if summaries.isEmpty { remarks.append("No environments yet. Build one: chidori env build RECIPE") }
        if superseded > 0 {
            remarks.append(
                "(NAME): superseded, a newer build has the name; `chidori store collect --superseded` removes "
                    + (superseded == 1 ? "it" : "them"))
        }
        if summaries.contains(where: \.hasLostNames) {
            remarks.append("[NAME]: the store's index was lost, and with it who uses it; building it again names it")
        }
        return Answer(
            ["environments": .array(summaries.map(\.json))], text: summaries.isEmpty ? "" : table(summaries),
            remarks: remarks)
    }

    /// A row for each name: an environment that has several stands in several rows.
    private func table(_ summaries: [EnvironmentSummary]) -> String {
        let hasVersions = summaries.contains { $0.manifest.version != nil || $0.names.contains { $0.version != nil } }
        let hasUsers = summaries.contains { !$0.users.isEmpty }
        let hasJars = summaries.contains { !$0.manifest.jars.isEmpty }
        var table = Table(
            ["NAME"] + (hasVersions ? ["VERSION"] : []) + [
                "ID", "PYTHON", "PLATFORM", hasJars ? "PKG+JARS" : "PACKAGES", "BUILT",
            ] + (hasUsers ? ["USED BY"] : []), rightAligned: [hasVersions ? 5 : 4])
        for summary in summaries {
            let manifest = summary.manifest
            let facts =
                [
                    String(manifest.id.description.prefix(12)), manifest.python, manifest.platform,
                    "\(manifest.packages.count)" + (hasJars ? "+\(manifest.jars.count)" : ""),
                    age(ofSecondsSince1970: summary.stored.created),
                ] + (hasUsers ? [summary.users.isEmpty ? "-" : summary.users] : [])
            for (name, version) in summary.rows {
                table.add([name] + (hasVersions ? [version ?? "-"] : []) + facts)
            }
        }
        return table.shown(cutting: "NAME", "VERSION", "PLATFORM", "BUILT", "USED BY")
    }
}

extension EnvironmentSummary {
    /// What stands for a name where there is none.
    fileprivate var formerName: String { hasLostNames ? "[\(manifest.name)]" : "(\(manifest.name))" }

    /// Its names, each with its version; `NAME@PLATFORM` is left out beside `NAME`, since the platform is told anyway.
    fileprivate var rows: [(name: String, version: String?)] {
        if names.isEmpty { return [(formerName, manifest.version)] }
        return names.filter { name in !tags.contains { name.tag == "\($0)@\(manifest.platform)" } }
            .map { ($0.tag, $0.version) }
    }

    /// The jobs, and the persons with what is left of their time: `2 jobs, anna (6 days)`.
    fileprivate var users: String {
        let jobs = holders.count { if case .job = $0 { true } else { false } }
        let persons = leases.compactMap { lease -> String? in
            guard case .person(let name) = lease.holder else { return nil }
            return lease.remaining.map { "\(name) (\(span($0)))" } ?? name
        }
        return ((jobs > 0 ? [counted(jobs, "job")] : []) + persons.sorted()).joined(separator: ", ")
    }

    var json: JSON {
        [
            "id": .string(id.description), "name": .string(manifest.name), "version": JSON(manifest.version),
            "tags": JSON(tags),
            "names": .array(
                names.map {
                    ["tag": .string($0.tag), "version": JSON($0.version), "lock": .string($0.lock.prefixed)]
                }), "superseded": JSON(isSuperseded), "python": .string(manifest.python),
            "platform": .string(manifest.platform),
            "lock": .string(manifest.lock.prefixed), "path": JSON(path?.string),
            "created": .string(timestamp(stored.created)),
            "holders": JSON(holders.map(\.description).sorted()),
            "leases": .array(
                leases.sorted { $0.holder.description < $1.holder.description }.map {
                    ["holder": .string($0.holder.description), "seconds": $0.remaining.map { JSON($0) } ?? .null]
                }),
            "unusedSeconds": JSON(unusedFor),
            "variables": .object(
                manifest.variables.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
            "packages": .array(
                manifest.packages.map {
                    [
                        "name": .string($0.name), "version": .string($0.version),
                        "artifact": .string($0.artifact.prefixed), "tree": .string($0.tree.prefixed),
                    ]
                }),
            "jars": .array(
                zip(manifest.jars, jarSizes).map { jar, size in
                    [
                        "name": .string(jar.name), "version": .string(jar.version), "size": JSON(size),
                        "artifact": .string(jar.artifact.prefixed), "tree": .string(jar.tree.prefixed),
                        "path": JSON(jar.requiredBy),
                    ]
                }),
        ]
    }
}
