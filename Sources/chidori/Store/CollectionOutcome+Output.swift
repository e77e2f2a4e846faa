internal import ContentStore
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

extension CollectionOutcome {
    var isNothing: Bool { freed.items == 0 && removed.isEmpty && freed.deferred == 0 }

    /// The environments that went and those that stay, for programs.
    var removedJSON: JSON { .array(removed.map(\.shortJSON)) }
    var keptJSON: JSON { .array(kept.map(\.shortJSON)) }

    /// The environments that went, least recently used first; empty where there are none.
    var table: String {
        guard !removed.isEmpty else { return "" }
        var table = Table(["ENVIRONMENT", "ID", "BUILT", "LAST USED"])
        for summary in removed {
            table.add([
                summary.tags.first ?? "(\(summary.manifest.name))", String(summary.id.description.prefix(12)),
                age(ofSecondsSince1970: summary.stored.created), ago(summary.unusedFor),
            ])
        }
        return table.text
    }

    /// What there is to say of environments and of what was freed.
    ///
    /// - Parameter isAskedForSuperseded: whether superseded environments were to go.
    func remarks(isRehearsal: Bool, isAskedForSuperseded: Bool) -> [String] {
        var lines = removed.map { summary in
            "\(isRehearsal ? "Would remove" : "Removed") \(summary.line), "
                + (summary.isSuperseded ? "superseded" : "unused for \(span(summary.unusedFor))")
        }
        if isAskedForSuperseded {
            for summary in kept {
                lines.append(
                    summary.holders.isEmpty
                        ? "Kept \(summary.line), superseded, last used \(ago(summary.unusedFor))"
                        : "Kept \(summary.line), superseded but in use by \(summary.users)")
            }
        }
        if freed.items > 0 {
            lines.append(
                isRehearsal
                    ? "Would delete \(freed.kinds), and free \(readable(bytes: freed.bytes))"
                    : "Deleted \(freed.kinds); \(readable(bytes: freed.bytes)) freed")
        }
        if freed.deferred > 0 {
            lines.append("\(counted(freed.deferred, "item")) left for later, because a build is running")
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
    var line: String {
        "\(manifest.name) \(id.description.prefix(12)) (built \(age(ofSecondsSince1970: stored.created)))"
    }

    fileprivate var users: String { holders.map(\.description).sorted().joined(separator: ", ") }
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
    var kinds: String {
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
