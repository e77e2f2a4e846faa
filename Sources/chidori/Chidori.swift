internal import ArgumentParser
internal import Diagnostics
internal import JSONDocument
internal import Subprocesses
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The command line's root.
struct Chidori: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chidori",
        abstract: "Environments for Spark and ML jobs, prepared once and started from at once.",
        version: chidoriVersion,
        subcommands: [EnvCommand.self, BaseCommand.self, StoreCommand.self])
}

/// The version of the program, in its output, in locks' `created-by` and in image labels' provenance.
let chidoriVersion = "0.1.0"

@main
enum Main {
    /// The main thread waits while the work goes on elsewhere. The runtime's own asynchronous `main` would end the main
    /// thread and start another in its place, 1 ms of a short command. Nothing here may need the main actor: it is busy.
    static func main() {
        CreationMask.set()
        OpenFiles.raiseLimit()
        signal(SIGPIPE, SIG_IGN)
        let work = Task.detached { exit(await Self.work()) }
        Interruption.watch { work.cancel() }
        while true { pause() }
    }

    /// Does what the command line says, and returns the exit status.
    private static func work() async -> Int32 {
        let arguments = spelledOut(Array(CommandLine.arguments.dropFirst()))
        var command: any ParsableCommand
        do {
            command = try parsed(arguments)
        } catch {
            return refuse(error)
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
                let output = (command as? any Reporting)?.output ?? Output(json: false, quiet: false, verbose: false)
                output.fail(error)
                return error.category.rawValue
            default: return refuse(error)
            }
        }
    }

    /// The command that the arguments mean.
    ///
    /// A command named in full parses its arguments by itself: asking every command above it first takes 2 ms. Whatever
    /// it does not take, such as a call for help, is the root's to answer.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        var named: any ParsableCommand.Type = Chidori.self
        var rest = arguments[...]
        while let word = rest.first,
            let next = named.configuration.subcommands.first(where: { $0.configuration.commandName == word })
        {
            named = next
            rest = rest.dropFirst()
        }
        if named.configuration.subcommands.isEmpty, let command = try? named.parseAsRoot(Array(rest)) { return command }
        return try Chidori.parseAsRoot(arguments)
    }

    /// Prints help where it was asked for, or what is wrong with the command line, and returns the exit status.
    private static func refuse(_ error: any Error) -> Int32 {
        let status = Chidori.exitCode(for: error)
        let message = Chidori.fullMessage(for: error)
        if status.isSuccess {
            writeAll(message + "\n", to: .standardOutput)
            return 0
        }
        Terminal.standardError.write(message + "\n")
        let category = status == .validationFailure ? DiagnosticCategory.usage : .internalFault
        // No command was made that could say how it speaks.
        let asked = CommandLine.arguments.prefix { $0 != "--" }
        if asked.contains("--json") {
            let document: JSON = [
                "event": "error", "category": .string(String(describing: category)), "status": JSON(category.rawValue),
                "subject": "the command line", "message": .string(Chidori.message(for: error)), "advice": nil,
            ]
            writeAll(document.compact + "\n", to: .standardOutput)
        }
        return category.rawValue
    }

    /// `--upgrade` alone means every package, `--upgrade=NAME` one: the first form gets a name of its own, since an
    /// option's value is not optional to the parser. What follows `--` is another program's.
    private static func spelledOut(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].map { $0 == "--upgrade" || $0 == "-U" ? "--upgrade-all" : $0 } + arguments[end...]
    }
}

/// A command with shared options, so that the program reports its errors the way the options say.
protocol Reporting {
    var output: Output { get }
}
