internal import ArgumentParser

/// `chidori env`: everything about environments.
struct EnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Lock, fetch, build, run and look at environments.",
        discussion: """
            A recipe names what is wanted, its lock every file of it, and an environment is made of those files. `build` \
            locks and fetches by itself what is missing.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Making environments",
                subcommands: [LockCommand.self, FetchCommand.self, BuildCommand.self, ExportCommand.self]),
            CommandGroup(
                name: "Using environments", subcommands: [RunCommand.self, TestCommand.self]),
            CommandGroup(
                name: "Looking at environments",
                subcommands: [
                    ListCommand.self, ShowCommand.self, CheckCommand.self, SizeCommand.self, VerifyCommand.self,
                    ExplainCommand.self,
                    DiffCommand.self, OutdatedCommand.self,
                ]),
            CommandGroup(
                name: "Knowing what is inside",
                subcommands: [BillCommand.self, ProvenanceCommand.self, AuditCommand.self, ImpactCommand.self]),
            CommandGroup(
                name: "Housekeeping",
                subcommands: [LeaseCommand.self, ReleaseCommand.self, RemoveCommand.self, SchemaCommand.self]),
        ])
}
