internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Preflight
internal import Recipes
internal import Registry
internal import SystemPackage

extension BuildResult {
    /// What was made, for people: each environment, and below it the folder that it is in; then the image of all of them.
    var lines: [String] {
        var lines: [String] = []
        for environment in environments {
            lines.append(
                "Environment \(environment.name) \(environment.id.description.prefix(12)): "
                    + "\(counted(packages: environment.packages.count, jars: environment.jars.count)), Python \(environment.python), "
                    + environment.platform)
            guard let folder else { continue }
            if folder.environment == environment.id {
                lines += notes(folder.conflicts) + folder.lines
            } else if image == nil, archives.isEmpty {
                lines.append(
                    "  no folder: the first environment that runs here has it; --platform chooses, --image delivers all"
                )
            }
        }
        if let image {
            var pushes = image.pushes[...]
            for reference in references {
                lines.append(
                    "Image \(reference) (\(readable(bytes: image.size)), \(counted(image.layers, "layer")), \(image.made) of "
                        + "them made now)")
                if case .registry = reference, let push = pushes.popFirst() { lines.append("  \(push.line)") }
            }
            lines.append("  digest \(image.digest.prefixed)")
            if !image.hasBase {
                lines.append("  without a base it has no Python and cannot be run: it is for image volumes")
            }
            // What is so in the folder too was told there.
            let told = folder?.conflicts ?? []
            lines += notes(image.conflicts.filter { !told.contains($0) })
        }
        for archive in archives {
            lines.append(
                "Archive \(archive.path?.string ?? "in the store") (\(readable(bytes: archive.size)), \(counted(archive.files, "file")) of "
                    + "\(readable(bytes: archive.contentSize)))")
        }
        if let archive = archives.first {
            let told = (folder?.conflicts ?? []) + (image?.conflicts ?? [])
            lines += notes(archive.conflicts.filter { !told.contains($0) })
        }
        lines.append("Done in \(readable(seconds: seconds))")
        return lines
    }

    /// Of what packages share, what the recipe does not accept.
    private func notes(_ conflicts: [PathConflict]) -> [String] {
        let shared = findings.filter { $0.rule == .onePath }
        return conflicts.compactMap { conflict in
            let subjects = Set(conflict.packages.map { String($0.prefix { $0 != " " }) }).sorted()
            let finding = shared.first { $0.subjects == subjects }
            if finding?.accepted != nil { return nil }
            return conflict.line(finding?.severity ?? .note)
        }
    }

    var imageJSON: JSON {
        guard let image else { return .null }
        return [
            "digest": .string(image.digest.prefixed), "size": JSON(image.size), "layers": JSON(image.layers),
            "made": JSON(image.made), "references": JSON(references.map(\.description)),
            "conflicts": .array(image.conflicts.map(\.json)), "pushes": .array(image.pushes.map(\.json)),
            "seconds": JSON(seconds: image.seconds),
        ]
    }
}

extension PushReport {
    /// What was sent, for people.
    var line: String {
        "\(counted(sent, "blob")) sent (\(readable(bytes: bytes))), \(mounted) mounted, \(present) there already"
    }

    var json: JSON {
        ["sent": JSON(sent), "mounted": JSON(mounted), "present": JSON(present), "bytes": JSON(bytes)]
    }
}

extension EnvironmentManifest {
    /// What was built, in short; `env show` has all of it.
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "python": .string(python),
            "platform": .string(platform), "packages": JSON(packages.count), "jars": JSON(jars.count),
        ]
    }
}

extension DeliveredFolder {
    var json: JSON {
        [
            "environment": .string(environment.description), "path": .string(path.string), "links": JSON(links),
            "unpacked": JSON(unpacked), "published": JSON(published),
            "conflicts": .array(conflicts.map(\.json)),
            "seconds": JSON(seconds: seconds),
        ]
    }

    fileprivate var lines: [String] {
        let news = unpacked == 0 ? "" : ", \(counted(unpacked, "package")) unpacked"
        return ["  folder \(path) (\(counted(links, "link"))\(news))"]
    }
}

extension DeliveredArchive {
    var json: JSON {
        [
            "environment": .string(environment.description), "path": JSON(path?.string), "format": .string(format),
            "digest": .string(digest.prefixed), "size": JSON(size), "contentSize": JSON(contentSize),
            "files": JSON(files), "conflicts": .array(conflicts.map(\.json)), "seconds": JSON(seconds: seconds),
        ]
    }
}

extension PathConflict {
    var json: JSON { ["path": .string(path), "packages": JSON(packages)] }

    /// With the word that `env check` has for it.
    fileprivate func line(_ severity: Finding.Severity) -> String {
        let winner = packages.last ?? ""
        return "  \(severity.rawValue): \(path) comes with \(packages.joined(separator: " and ")); \(winner) has it"
    }
}
