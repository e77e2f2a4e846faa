internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder

/// `chidori store`: the data folder itself.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look after the data folder.", subcommands: [StoreVerifyCommand.self])
}

/// `chidori store verify`: reads every byte again, and mends what can be fetched again.
struct StoreVerifyCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every stored byte, compare it with its digest, and mend what is damaged.",
        discussion: "A damaged file is set aside and fetched again from the default index, or the indexes named.")

    @Flag(name: .long, help: "Only look; set nothing aside and fetch nothing.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.output }

    func run() async throws {
        let session = try Session(shared)
        defer { session.progress.finish() }
        let report = try await session.builder.verifyStore(mending: !dryRun)
        session.progress.finish()
        output.result(
            [
                "event": "result", "blobs": JSONValue(report.blobs), "bytes": JSONValue(report.bytes),
                "damaged": JSONValue(report.damaged), "mended": JSONValue(report.mended),
                "missing": JSONValue(report.missing), "seconds": JSONValue(seconds: report.seconds),
            ], text: "")
        output.say(
            "Read \(counted(report.blobs, "file")), \(readable(bytes: report.bytes)), in \(readable(seconds: report.seconds))"
        )
        for name in report.damaged { output.say("damaged: \(name)") }
        for name in report.mended { output.say("mended: \(name)") }
        for name in report.missing { output.say("missing: \(name)") }
        if report.unmended > 0 { throw ExitCode(DiagnosticCategory.damaged.rawValue) }
    }
}
