internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env outdated`: what has moved on since a lock was made.
struct OutdatedCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "outdated", abstract: "Tell which packages of a lock have newer versions that fit the recipe.",
        usage: "chidori env outdated [<options>] <lock>",
        discussion: """
            Nothing is changed; the exit status is 0 whether or not something is outdated.

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
        let packages = try await builder.outdated(located)
        var table = Table(["PACKAGE", "LOCKED", "NEWEST", ""])
        for package in packages {
            table.add([
                package.name, package.locked, package.newest ?? "(no longer needed)",
                package.isDirect ? "asked for by the recipe" : "",
            ])
        }
        return Answer(
            [
                "packages": .array(
                    packages.map {
                        [
                            "name": .string($0.name), "locked": .string($0.locked), "newest": JSON($0.newest),
                            "direct": JSON($0.isDirect),
                        ]
                    })
            ],
            text: packages.isEmpty ? "" : table.text,
            remarks: [
                packages.isEmpty
                    ? "Everything is up to date"
                    : "`chidori env lock --upgrade \(lock)` takes them all, --upgrade=PACKAGE one"
            ])
    }
}
