internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env outdated`: what has moved on since a lock was made.
struct OutdatedCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "outdated", abstract: "Tell which packages and jars of a lock have newer versions.",
        usage: "chidori env outdated [<options>] <lock>",
        discussion: """
            Of packages those that fit the recipe, of repositories whether their branch or tag has moved, of jars the latest \
            that their repositories list: a jar's version is what the recipe says. Nothing is changed; the exit status is 0 \
            whether or not something is outdated.

            Examples:
              chidori env outdated features.yaml
              chidori env outdated features.lock.toml --json | jq -r '.packages[].name'
            """)

    @Argument(help: "The lock, or its recipe.", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let located = try await builder.lock(for: builder.read(absolute(lock)), policy: .asWritten)
        let report = try await builder.outdated(located)
        let packages = report.packages
        let jars = try await builder.outdatedJars(located)
        let tables = [("PACKAGE", packages), ("JAR", jars.outdated)].filter { !$0.1.isEmpty }.map(Self.table)
        var remarks: [String] = []
        let isComplete = report.isComplete && jars.unlisted.isEmpty && jars.unreachable.isEmpty
        if packages.isEmpty, jars.outdated.isEmpty {
            remarks.append("Everything \(isComplete ? "" : "else ")is up to date")
        }
        if !jars.unlisted.isEmpty {
            remarks.insert("No repository lists versions of \(Self.some(jars.unlisted))", at: 0)
        }
        if !packages.isEmpty {
            remarks.append("`chidori env lock --upgrade \(lock)` takes them all, --upgrade=PACKAGE one")
        }
        if !jars.outdated.isEmpty {
            remarks.append("Jars: change versions in the recipe, and --upgrade where it names ranges")
        }
        return Answer(
            [
                "packages": .array(packages.map(\.json)), "jars": .array(jars.outdated.map { .object($0.members) }),
                "unlisted": JSON(jars.unlisted), "unreachable": JSON(jars.unreachable),
            ],
            text: tables.joined(separator: "\n\n"), remarks: remarks)
    }

    /// How many jars, and which where they are few.
    private static func some(_ jars: [String]) -> String {
        let few = jars.count > 3 ? "such as \(jars[0])" : jars.joined(separator: ", ")
        return "\(jars.count) \(jars.count == 1 ? "jar" : "jars") (\(few))"
    }

    private static func table(_ title: String, _ packages: [OutdatedPackage]) -> String {
        var table = Table([title, "LOCKED", "NEWEST", ""])
        for package in packages {
            table.add([
                shortened(jar: package.name, to: 40),
                package.locked + (package.commits.map { " (commit \($0.locked.prefix(7)))" } ?? ""),
                package.commits.map { "(commit \($0.newest.prefix(7)))" } ?? package.newest ?? "(no longer needed)",
                package.isDirect ? "asked for by the recipe" : "",
            ])
        }
        return table.text
    }
}

extension OutdatedPackage {
    /// As a jar, which has no commits.
    fileprivate var members: [JSON.Member] {
        [
            JSON.Member("name", .string(name)), JSON.Member("locked", .string(locked)),
            JSON.Member("newest", JSON(newest)), JSON.Member("direct", JSON(isDirect)),
        ]
    }

    fileprivate var json: JSON {
        let commits: JSON = commits.map { ["locked": .string($0.locked), "newest": .string($0.newest)] } ?? .null
        return .object(members + [JSON.Member("commits", commits)])
    }
}
