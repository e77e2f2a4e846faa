internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Publishing
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// `chidori volume list`: what is on a shared volume.
struct VolumeListCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the environments on a volume.",
        usage: "chidori volume list [<options>] <dir>",
        discussion: """
            A name in parentheses is that of an environment which nothing keeps any more: it goes with a collection.

            Examples:
              chidori volume list /mnt/envs
              chidori volume list /mnt/envs --json | jq -r '.environments[].path'
            """,
        aliases: ["ls"])

    @Argument(help: ArgumentHelp("Where the volume is mounted.", valueName: "dir"), completion: .directory)
    var volume: String

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let listings = try await session.builder.listing(of: absolute(volume))
        var remarks: [String] = []
        if listings.isEmpty { remarks.append("No environments on \(volume) yet") }
        if listings.contains(where: \.isReleased) {
            remarks.append(
                "(NAME): nothing keeps it any more; `chidori volume collect` takes it away when nobody uses it")
        }
        for listing in listings {
            if let trouble = listing.trouble {
                remarks.append("\(listing.entry.path): \(trouble); `chidori volume verify \(volume)` tells more")
            }
        }
        return Answer(
            ["environments": .array(listings.map(\.json))], text: listings.isEmpty ? "" : table(listings),
            remarks: remarks)
    }

    private func table(_ listings: [VolumeListing]) -> String {
        let hasVersions = listings.contains { $0.manifest?.version != nil }
        var table = Table(
            ["NAME"] + (hasVersions ? ["VERSION"] : []) + ["ID", "LINKS", "SIZE", "PUBLISHED", "LEASES"],
            rightAligned: [hasVersions ? 4 : 3])
        let now = Int64(time(nil))
        for listing in listings {
            let entry = listing.entry
            let leases = entry.leases.filter { $0.end > now }
            table.add(
                [listing.shownName] + (hasVersions ? [listing.manifest?.version ?? "-"] : []) + [
                    String(entry.id.prefix(12)), entry.links.rawValue, entry.size.map { readable(bytes: $0) } ?? "-",
                    age(ofSecondsSince1970: entry.published),
                    leases.isEmpty
                        ? "-" : leases.map { "\($0.holder) until \(timestamp($0.end))" }.joined(separator: ", "),
                ])
        }
        return table.shown(cutting: "NAME", "VERSION", "ID", "PUBLISHED", "LEASES")
    }
}

extension VolumeListing {
    /// The names that keep it, or the one it was made under.
    var shownName: String {
        if !entry.names.isEmpty { return entry.names.joined(separator: ", ") }
        let name = manifest?.name ?? "?"
        return isReleased ? "(\(name))" : name
    }

    var json: JSON {
        [
            "folder": .string(entry.folder), "id": .string(entry.id), "name": JSON(manifest?.name),
            "version": JSON(manifest?.version), "platform": JSON(manifest?.platform),
            "pythonVersion": JSON(manifest?.python),
            "path": .string(entry.path.string), "links": .string(entry.links.rawValue), "size": JSON(entry.size),
            "packages": JSON((entry.packages ?? []).count), "published": .string(timestamp(entry.published)),
            "used": .string(timestamp(entry.used)), "names": JSON(entry.names),
            "leases": .array(
                entry.leases.map { ["holder": .string($0.holder), "end": .string(timestamp($0.end))] }),
            "kept": JSON(!isReleased), "trouble": JSON(trouble),
        ]
    }
}
