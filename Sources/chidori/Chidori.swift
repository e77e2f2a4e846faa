internal import ArgumentParser
internal import Diagnostics
internal import Subprocesses
internal import Supervision
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The command line's root.
struct Chidori: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chidori",
        abstract: "Environments for Spark and ML jobs, prepared once and started from at once.",
        discussion: """
            Examples:
              chidori env build features.yaml
              chidori env run features -- python train.py
              chidori env build features.yaml --image oci:images:features
            """,
        version: chidoriVersion,
        subcommands: [
            EnvCommand.self, BaseCommand.self, ImageCommand.self, StoreCommand.self, VolumeCommand.self,
            ServeCommand.self, JobCommand.self, BuildsCommand.self,
            QueueCommand.self, CapsCommand.self, TokenCommand.self, BackupCommand.self, RestoreCommand.self,
            SimulateCommand.self,
        ])

    /// The parser's own errors begin as ours do.
    static let _errorPrefix = "error: "
}

/// The version of the program, in its output, in locks' `created-by` and in image labels' provenance.
let chidoriVersion = "0.1.0"

@main
enum Main {
    /// The main thread waits while the work goes on elsewhere. The runtime's own asynchronous `main` would end the main
    /// thread and start another in its place, 1 ms of a short command. Nothing here may need the main actor: it is busy.
    static func main() {
        // Each driver lives under one of these: no thread, no parser, nothing that they do not need.
        let words = CommandLine.arguments
        if words.count == 3, words[1] == Shim.command { exit(Shim.run(folder: words[2])) }
        CreationMask.set()
        OpenFiles.raiseLimit()
        signal(SIGPIPE, SIG_IGN)
        let work = Task.detached { exit(await Self.work()) }
        Interruption.watch { work.cancel() }
        while true { pause() }
    }

    /// Does what the command line says, and returns the exit status.
    private static func work() async -> Int32 {
        let line = CommandLineWords(Array(CommandLine.arguments.dropFirst()))
        var command: any ParsableCommand
        do {
            command = try line.command()
        } catch {
            return line.refuse(error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            // Work that was told to stop fails in many ways, none of which is worth telling.
            Interruption.endIfUnderWay()
            switch error {
            case let code as ExitCode: return code.rawValue
            case let error as any Diagnostic:
                let output = (command as? any Reporting)?.output ?? line.output
                output.fail(error)
                return error.category.rawValue
            default: return line.refuse(error)
            }
        }
    }
}
