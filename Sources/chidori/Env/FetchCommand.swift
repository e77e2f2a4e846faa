internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori env fetch`: brings every file of a lock into the data folder.
struct FetchCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download every file that a lock names, so that builds need no network.")

    @Argument(help: "The lock (or a recipe that has one).", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let input = try session.builder.read(absolute(lock))
        let located = try await session.builder.lock(for: input, policy: .asWritten)
        let report = try await session.builder.fetch(located)
        session.progress.finish()
        output.result(
            [
                "event": "result", "files": JSON(report.files), "fetched": JSON(report.fetched),
                "bytes": JSON(report.bytes), "seconds": JSON(seconds: report.seconds),
            ], text: "")
        if report.fetched == 0 {
            output.say("\(counted(report.files, "file")) already here")
        } else {
            output.say(
                "Fetched \(counted(report.fetched, "file")) (\(readable(bytes: report.bytes))) in \(readable(seconds: report.seconds))"
            )
        }
    }
}
