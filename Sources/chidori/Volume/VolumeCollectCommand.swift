internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Publishing
internal import SystemPackage

/// `chidori volume collect`: frees what nobody needs on a shared volume.
struct VolumeCollectCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Take away what nobody needs on a volume.",
        usage: "chidori volume collect [<options>] <dir>",
        discussion: """
            Environments that have neither a name nor a lease, packages that no environment needs, and what killed \
            publishers left. They go to the volume's trash first, and are deleted by a later collection, if nobody turned \
            out to need them. Run it on a schedule, on as many machines as you like.

            Examples:
              chidori volume collect /mnt/envs --dry-run
              chidori volume collect /mnt/envs --keep-for 7d
            """)

    @Argument(help: ArgumentHelp("Where the volume is mounted.", valueName: "dir"), completion: .directory)
    var volume: String

    @Option(name: .long, help: ArgumentHelp("Keep what was used within this time.", valueName: "span"))
    var keepFor = TimeOption(seconds: VolumeCollector.Policy().keepFor)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Leave what goes in the trash for this time, for drivers that still read it.", valueName: "span"))
    var trashFor = TimeOption(seconds: VolumeCollector.Policy().trashFor)

    @Flag(name: .long, help: "Only tell what would go.")
    var dryRun = false

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        var policy = VolumeCollector.Policy()
        policy.keepFor = keepFor.seconds
        policy.trashFor = trashFor.seconds
        // Before they go, since they are nobody's afterwards.
        let listings = try await session.builder.listing(of: absolute(volume))
        let outcome = try await session.builder.collect(absolute(volume), policy, isRehearsal: dryRun)
        let going = listings.filter { outcome.environments.contains($0.entry.path.lastComponent?.string ?? "") }
        return Answer(
            [
                "dryRun": JSON(dryRun), "environments": JSON(outcome.environments), "packages": JSON(outcome.packages),
                "returned": JSON(outcome.returned), "deleted": JSON(outcome.deleted), "drafts": JSON(outcome.drafts),
                "leases": JSON(outcome.leases), "clockDifference": JSON(outcome.clockDifference),
            ], text: Self.table(going), remarks: remarks(outcome))
    }

    /// The environments that go to the trash; empty where there are none.
    private static func table(_ going: [VolumeListing]) -> String {
        guard !going.isEmpty else { return "" }
        var table = Table(["ENVIRONMENT", "ID", "LINKS", "SIZE", "PUBLISHED"], rightAligned: [3])
        for listing in going {
            let entry = listing.entry
            table.add([
                listing.shownName, String(entry.id.prefix(12)), entry.links.rawValue,
                entry.size.map { readable(bytes: $0) } ?? "-", age(ofSecondsSince1970: entry.published),
            ])
        }
        return table.text
    }

    private func remarks(_ outcome: VolumeCollector.Outcome) -> [String] {
        let trashed = [
            outcome.environments.isEmpty ? nil : counted(outcome.environments.count, "environment"),
            outcome.packages.isEmpty ? nil : counted(outcome.packages.count, "package"),
        ].compactMap(\.self).joined(separator: " and ")
        var lines: [String] = []
        if !trashed.isEmpty { lines.append("\(dryRun ? "Would move" : "Moved") \(trashed) to the trash") }
        if !outcome.returned.isEmpty {
            lines.append("Gave back \(counted(outcome.returned.count, "folder")) from the trash: needed after all")
        }
        if !outcome.deleted.isEmpty {
            lines.append(
                "\(dryRun ? "Would delete" : "Deleted") \(counted(outcome.deleted.count, "folder")) from the trash")
        }
        if outcome.drafts > 0 {
            lines.append(
                "\(dryRun ? "Would delete" : "Deleted") \(counted(outcome.drafts, "draft")) that killed publishers left"
            )
        }
        if outcome.leases > 0 {
            let went = counted(outcome.leases, "lease")
            lines.append("\(went) \(outcome.leases == 1 ? "was" : "were") over")
        }
        return lines.isEmpty ? ["Nothing to take away"] : lines
    }
}
