internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import Recipes

/// `chidori env fetch`: brings every file of a lock into the data folder.
struct FetchCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download every file that a lock names, so that builds need no network.",
        usage: "chidori env fetch [<options>] <lock>",
        discussion: """
            Of a lock for several platforms --platform fetches the files of one.

            Examples:
              chidori env fetch features.lock.toml
              chidori env fetch features.lock.toml &&
                chidori env build features.lock.toml --offline
            """)

    @Argument(help: "The lock, or a recipe that has one.", completion: .file(extensions: ["toml", "yaml", "yml"]))
    var lock: String

    @OptionGroup var shared: SharedOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let report = try await builder.fetch(builder.lock(for: builder.read(absolute(lock)), policy: .asWritten))
        let remark =
            report.fetched == 0
            ? "\(counted(report.files, "file")) already here"
            : "Fetched \(counted(report.fetched, "file")) (\(readable(bytes: report.bytes))) "
                + "in \(readable(seconds: report.seconds))"
        return Answer(
            [
                "files": JSON(report.files), "fetched": JSON(report.fetched), "bytes": JSON(report.bytes),
                "seconds": JSON(seconds: report.seconds),
            ], remarks: [remark])
    }
}
