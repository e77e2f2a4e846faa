internal import ArgumentParser
internal import EnvironmentBuilder
internal import JSONDocument

/// `chidori env outdated`: what has moved on since a lock was made.
struct OutdatedCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "outdated", abstract: "Tell which packages of a lock have newer versions that fit the recipe.")

    @Argument(help: "The lock, or its recipe.", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let located = try await session.builder.lock(for: session.builder.read(absolute(lock)), policy: .asWritten)
        let packages = try await session.builder.outdated(located)
        session.progress.finish()
        var table = Table(["PACKAGE", "LOCKED", "NEWEST", ""])
        for package in packages {
            table.add([
                package.name, package.locked, package.newest ?? "(no longer needed)",
                package.isDirect ? "asked for by the recipe" : "",
            ])
        }
        output.result(
            [
                "event": "result",
                "packages": .array(
                    packages.map {
                        [
                            "name": .string($0.name), "locked": .string($0.locked), "newest": JSON($0.newest),
                            "direct": JSON($0.isDirect),
                        ]
                    }),
            ], text: packages.isEmpty ? "" : table.text)
        if packages.isEmpty {
            output.say("Everything is up to date")
        } else {
            output.say("`chidori env lock --upgrade \(lock)` takes them all, --upgrade=PACKAGE one")
        }
    }
}
