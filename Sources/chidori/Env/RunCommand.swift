internal import ArgumentParser
internal import EnvironmentBuilder
internal import Subprocesses
internal import SystemPackage

/// `chidori env run`: a program in an environment.
struct RunCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "run", _superCommandName: "chidori env",
        abstract: "Run a program in an environment.",
        usage: "chidori env run <environment> [<options>] -- <command> ...",
        discussion: """
            ENVIRONMENT is a name or id as `env list` shows it, or a folder that an environment was published as. The \
            program replaces this one, so its exit status and its signals are its own.
            """)

    @Argument(help: "The environment: a name, an id or a folder.")
    var environment: String

    @OptionGroup var shared: SharedOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
    var command: [String] = []

    var output: Output { shared.output }

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("name a program after --, such as: chidori env run \(environment) -- python")
        }
    }

    func run() throws {
        let session = try Session(shared)
        let tree = try session.builder.tree(environment, from: currentFolder())
        try session.builder.hold(tree)
        var changes: [String: String?] = [:]
        for (name, value) in tree.variables { changes[name] = .some(value) }
        CreationMask.restore()
        try Program(command[0], Array(command.dropFirst()), environment: .inherited(changes)).replaceThisProcess()
    }
}
