internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

extension EnvironmentDifference {
    var json: JSON { ["packages": packagesJSON, "jars": jarsJSON, "recipe": recipeJSON] }

    var packagesJSON: JSON {
        .array(
            packages.map { package in
                let commits: JSON = package.commits.map { ["from": JSON($0.from), "to": JSON($0.to)] } ?? .null
                return .object(Self.members(package) + [JSON.Member("commits", commits)])
            })
    }

    var jarsJSON: JSON { .array(jars.map { .object(Self.members($0)) }) }

    private static func members(_ package: Package) -> [JSON.Member] {
        [
            JSON.Member("name", .string(package.name)), JSON.Member("from", JSON(package.from)),
            JSON.Member("to", JSON(package.to)),
        ]
    }

    var recipeJSON: JSON {
        .array(recipe.map { ["key": .string($0.key), "removed": JSON($0.removed), "added": JSON($0.added)] })
    }

    /// For people, at most 80 columns where names are not endless: a table of packages and one of jars, in which `+` is what is new, `-`
    /// what is gone and `~` what has changed; then the recipe's keys with what each no longer says and now does.
    var text: String {
        var parts: [String] = []
        if !packages.isEmpty { parts.append(Self.table("PACKAGE", packages) { $0 }) }
        if !jars.isEmpty { parts.append(Self.table("JAR", jars) { shortened(jar: $0) }) }
        if !recipe.isEmpty {
            let lines = recipe.map { "  " + $0.description.replacing("\n", with: "\n  ") }
            parts.append((["In the recipe:"] + lines).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private static func table(_ title: String, _ packages: [Package], name: (String) -> String) -> String {
        var table = Table(["", title, "FROM", "TO"])
        for package in packages {
            let sign = package.from.isEmpty ? "+" : package.to.isEmpty ? "-" : "~"
            if let commits = package.commits {
                table.add([
                    sign, name(package.name), cut(package.from) + shown(commits.from),
                    cut(package.to) + shown(commits.to),
                ])
                continue
            }
            let to =
                package.hasOtherTools
                ? "(built with others)" : package.hasOtherFiles ? "(other files)" : cut(package.to)
            table.add([sign, name(package.name), cut(package.from), to])
        }
        return table.text
    }

    /// ` (commit 1a2b3c4)`.
    private static func shown(_ commits: [String]) -> String {
        commits.isEmpty ? "" : " (commit \(cut(commits.map { String($0.prefix(7)) })))"
    }

    /// Versions in a column that stays narrow however many platforms there are.
    private static func cut(_ versions: [String]) -> String {
        let text = versions.joined(separator: ", ")
        return text.count > 20 ? text.prefix(19) + "…" : text
    }
}
