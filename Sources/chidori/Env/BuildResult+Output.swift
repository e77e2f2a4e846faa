internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import Recipes
internal import SystemPackage

extension BuildResult {
    /// What was made, for people: each environment, and below it the folder that it is in; then the image of all of them.
    var lines: [String] {
        var lines: [String] = []
        for environment in environments {
            lines.append(
                "Environment \(environment.name) \(environment.id.description.prefix(12)): "
                    + "\(counted(environment.units.count, "package")), Python \(environment.python), "
                    + environment.platform)
            guard let folder else { continue }
            if folder.environment == environment.id {
                lines += folder.lines
            } else if image == nil {
                lines.append("  no folder: it does not run on this machine; --image delivers it")
            }
        }
        if let image {
            let made = image.made == 0 ? "nothing new" : "\(image.made) new"
            for reference in references {
                lines.append(
                    "Image \(reference) (\(readable(bytes: image.size)), \(counted(image.layers, "layer")), \(made))")
            }
            lines.append("  digest \(image.digest.prefixed)")
        }
        lines.append("Done in \(readable(seconds: seconds))")
        return lines
    }

    var imageJSON: JSON {
        guard let image else { return .null }
        return [
            "digest": .string(image.digest.prefixed), "size": JSON(image.size), "layers": JSON(image.layers),
            "made": JSON(image.made), "references": JSON(references.map(\.description)),
            "seconds": JSON(seconds: image.seconds),
        ]
    }
}

extension EnvironmentManifest {
    /// What was built, in short; `env show` has all of it.
    var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "python": .string(python),
            "platform": .string(platform), "packages": JSON(units.count),
        ]
    }
}

extension DeliveredFolder {
    var json: JSON {
        [
            "environment": .string(environment.description), "path": .string(path.string), "links": JSON(links),
            "unpacked": JSON(unpacked), "published": JSON(published),
            "conflicts": .array(conflicts.map { ["path": .string($0.path), "packages": JSON($0.packages)] }),
            "seconds": JSON(seconds: seconds),
        ]
    }

    fileprivate var lines: [String] {
        let news = unpacked == 0 ? "" : ", \(counted(unpacked, "package")) unpacked"
        return conflicts.map { conflict in
            let winner = conflict.packages.last ?? ""
            return "  note: \(conflict.path) comes with \(conflict.packages.joined(separator: " and ")); "
                + "\(winner) has it"
        } + ["  folder \(path) (\(counted(links, "link"))\(news))"]
    }
}
