internal import ArgumentParser
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori store prune`: frees what no environment needs.
struct StorePruneCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete what no environment needs and has not been written for a while.",
        usage: "chidori store prune [<options>]",
        discussion: """
            Files that were only fetched, layers of older groupings, cached pages and the like: all of it can be had \
            again. --superseded also removes environments whose name a newer build has taken, and what only they used, \
            unless a folder, a job or a program uses them.

            Examples:
              chidori store prune --dry-run
              chidori store prune --superseded --dry-run
              chidori store prune --superseded --older-than 7
            """)

    @Flag(name: .long, help: "Also remove superseded environments that nobody uses, however new they are.")
    var superseded = false

    @Option(
        name: .long, help: ArgumentHelp("Keep what was written in the last so many days.", valueName: "days"))
    var olderThan = 30

    @Flag(name: .long, help: "Only tell what would be deleted.")
    var dryRun = false

    @OptionGroup var shared: LocalOptions

    func validate() throws {
        guard (0...36_500).contains(olderThan) else {
            throw ValidationError("--older-than takes a number of days from 0 to 36500, not \(olderThan)")
        }
    }

    func answer(_ session: Session) async throws -> Answer {
        let pruning = try await session.builder.prune(
            olderThan: olderThan, superseded: superseded, isRehearsal: dryRun)
        return Answer(
            [
                "dryRun": JSON(dryRun), "removed": .array(pruning.removed.map(\.shortJSON)),
                "kept": .array(pruning.kept.map(\.shortJSON)), "freed": pruning.freed.json,
            ], remarks: remarks(pruning))
    }

    private func remarks(_ pruning: Pruning) -> [String] {
        var lines = pruning.removed.map { "\(dryRun ? "Would remove" : "Removed") \($0.line), superseded" }
        if superseded {
            for summary in pruning.kept {
                lines.append("Kept \(summary.line), superseded but in use by \(summary.users)")
            }
        }
        let freed = pruning.freed
        if freed.items > 0 {
            lines.append(
                dryRun
                    ? "Would delete \(freed.kinds), and free \(readable(bytes: freed.bytes))"
                    : "Deleted \(freed.kinds); \(readable(bytes: freed.bytes)) freed")
        } else if pruning.removed.isEmpty, freed.deferred == 0 {
            lines.append(
                olderThan > 0
                    ? "Nothing to delete that was not written in the last \(counted(olderThan, "day"))"
                    : "Nothing to delete")
        }
        if freed.deferred > 0 {
            lines.append("\(counted(freed.deferred, "item")) left for later, because a build is running")
        }
        if !superseded, !pruning.kept.isEmpty {
            let names = pruning.kept.prefix(3).map(\.line).joined(separator: ", ")
            let more = pruning.kept.count > 3 ? " and \(pruning.kept.count - 3) more" : ""
            lines.append("Superseded and kept: \(names)\(more); --superseded removes those that nobody uses")
        }
        return lines
    }
}

extension EnvironmentSummary {
    fileprivate var shortJSON: JSON {
        [
            "id": .string(id.description), "name": .string(manifest.name),
            "holders": JSON(holders.map(\.description).sorted()),
        ]
    }

    /// `features 3f2a9c417b58 (built 3 days ago)`.
    fileprivate var line: String {
        "\(manifest.name) \(id.description.prefix(12)) (built \(age(ofSecondsSince1970: stored.created)))"
    }

    fileprivate var users: String {
        holders.isEmpty ? "a program or a build" : holders.map(\.description).sorted().joined(separator: ", ")
    }
}

extension StoreCollection {
    var json: JSON {
        [
            "files": JSON(files), "packages": JSON(packages), "trees": JSON(trees), "bases": JSON(bases),
            "mirrors": JSON(mirrors), "logs": JSON(logs), "documents": JSON(documents), "bytes": JSON(bytes),
            "deferred": JSON(deferred),
        ]
    }

    /// `3 files, 2 unpacked packages and 1 environment's folder`.
    fileprivate var kinds: String {
        let parts = [
            (files, "file", "files"), (packages, "unpacked package", "unpacked packages"),
            (trees, "environment folder", "environment folders"), (bases, "unpacked base", "unpacked bases"),
            (mirrors, "repository", "repositories"), (logs, "log", "logs"),
            (documents, "derived document", "derived documents"),
        ].filter { $0.0 > 0 }.map { counted($0.0, $0.1, plural: $0.2) }
        let last = parts.last ?? ""
        return parts.count < 2 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
    }
}
