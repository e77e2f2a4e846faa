internal import ArgumentParser
internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori store collect`: frees what nobody uses.
struct StoreCollectCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Delete what nobody has used for a while, or as much as keeps the data folder under a size.",
        usage: "chidori store collect [<options>]",
        discussion: """
            Goes: superseded environments that were not used for that long, with what only they needed, and files that no \
            environment needs and that are as old. What has a name stays, and what a job, a person, a folder or a program \
            uses. Builds go on meanwhile. A server collects by itself.

            With --max-size what was least recently used goes first, until the rest fits.

            Examples:
              chidori store collect --dry-run
              chidori store collect --older-than 7d
              chidori store collect --max-size 50GiB
            """)

    @Option(
        name: .long,
        help: ArgumentHelp("How long what nobody uses is kept: 12h, 30d, or a number of days.", valueName: "time"))
    var olderThan = TimeOption(days: 30)

    @Option(name: .long, help: ArgumentHelp("What the data folder may have: 50GiB, 800MB.", valueName: "size"))
    var maxSize: SizeOption?

    @Flag(name: .long, help: "Also remove superseded environments that nobody uses, however new they are.")
    var superseded = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Also remove environments that have a name, and were not used for that long.", valueName: "time"))
    var tagsUnusedFor: TimeOption?

    @Flag(name: .long, help: "Only tell what would be deleted.")
    var dryRun = false

    @OptionGroup var shared: LocalOptions

    private var policy: CollectionPolicy {
        // Of the clock's own second too, where no age is asked for.
        CollectionPolicy(
            unneededFor: olderThan.seconds, unnamedFor: superseded ? -1 : olderThan.seconds,
            namedFor: tagsUnusedFor?.seconds, size: maxSize?.bytes)
    }

    func answer(_ session: Session) async throws -> Answer {
        let outcome = try await session.builder.collect(policy, isRehearsal: dryRun)
        var remarks = outcome.remarks(isRehearsal: dryRun, isAskedForSuperseded: true)
        if outcome.isNothing { remarks.append("Nothing to delete") }
        if let size = outcome.size, let limit = maxSize?.bytes {
            let left = "\(dryRun ? "Would leave" : "Left") \(readable(bytes: size)), of \(readable(bytes: limit))"
            remarks.append(
                size <= limit
                    ? left : left + ": the rest has a name, is in use, or was used in the last hour")
        }
        return Answer(
            [
                "dryRun": JSON(dryRun), "removed": outcome.removedJSON, "kept": outcome.keptJSON,
                "freed": outcome.freed.json, "size": JSON(outcome.size),
            ], text: outcome.table, remarks: remarks)
    }
}

/// `chidori store prune`: what `store collect` was called when it did less. Scripts go on as they were.
struct StorePruneCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "As `store collect`, but removes no environments unless --superseded is given.",
        usage: "chidori store prune [<options>]",
        discussion: """
            Examples:
              chidori store prune --dry-run
              chidori store prune --superseded --older-than 7
            """, shouldDisplay: false)

    @Flag(name: .long, help: "Also remove superseded environments that nobody uses, however new they are.")
    var superseded = false

    @Option(
        name: .long,
        help: ArgumentHelp("Keep what was written in that time: 12h, or a number of days.", valueName: "time"))
    var olderThan = TimeOption(days: 30)

    @Flag(name: .long, help: "Only tell what would be deleted.")
    var dryRun = false

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let outcome = try await session.builder.collect(
            CollectionPolicy(unneededFor: olderThan.seconds, unnamedFor: superseded ? -1 : nil), isRehearsal: dryRun)
        var remarks = outcome.remarks(isRehearsal: dryRun, isAskedForSuperseded: superseded)
        if outcome.isNothing {
            remarks.append(
                olderThan.seconds > 0
                    ? "Nothing to delete that was not written in the last \(span(olderThan.seconds))"
                    : "Nothing to delete")
        }
        if !superseded, !outcome.kept.isEmpty {
            let names = outcome.kept.prefix(3).map(\.line).joined(separator: ", ")
            let more = outcome.kept.count > 3 ? " and \(outcome.kept.count - 3) more" : ""
            remarks.append("Superseded and kept: \(names)\(more); --superseded removes those that nobody uses")
        }
        return Answer(
            [
                "dryRun": JSON(dryRun), "removed": outcome.removedJSON, "kept": outcome.keptJSON,
                "freed": outcome.freed.json,
            ], remarks: remarks)
    }
}
