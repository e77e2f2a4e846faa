internal import ArgumentParser
internal import EnvironmentBuilder
internal import SystemPackage

/// `chidori env run`: a program in an environment.
struct RunCommand: ParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a program in an environment.",
        usage: "chidori env run [<options>] <environment> [--] <command> ...",
        discussion: """
            ENVIRONMENT is a name or id as `env list` shows it, or a folder that an environment was published as. The \
            program replaces this one, so its exit status and its signals are its own. Options after the program's name are the \
            program's; `--` may be left out before a name that does not begin with a dash.

            Examples:
              chidori env run features -- python train.py
              chidori env run ./tree -- jupyter lab
            """)

    @Argument(help: "The environment: a name, an id or a folder.", completion: .directory)
    var environment: String

    @OptionGroup var shared: LocalOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
    var command: [String] = []

    var output: Output { shared.general.output }

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("name a program, such as: chidori env run \(environment) -- python")
        }
    }

    func run() throws {
        let session = try Session(shared)
        let tree = try session.builder.runnableTree(environment, from: currentFolder())
        try session.builder.hold(tree)
        CreationMask.restore()
        try tree.become(command)
    }
}
