internal import Advisories
internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import SystemPackage
internal import Workers

/// `chidori store osv`: the advisories that environments are audited by.
struct AdvisoriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "osv", abstract: "Keep advisories, by which environments are audited.",
        subcommands: [AdvisoriesLoadCommand.self, AdvisoriesShowCommand.self])
}

/// `chidori store osv load`.
struct AdvisoriesLoadCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Take advisories in OSV's format into the data folder.",
        usage: "chidori store osv load [<options>] <file> ...",
        discussion: """
            OSV databases export one zip for each ecosystem (PyPI, Maven). All are taken in or none; of two with one id the \
            newer stays, so a newer export can be loaded over an older one.

            Examples:
              chidori store osv load PyPI-all.zip Maven-all.zip
              chidori store osv load --anew advisories/
            """)

    @Argument(help: "Advisories: .json files, folders of them, or zips.", completion: .file())
    var files: [String]

    @Flag(name: .long, help: "Forget those that were there.")
    var anew = false

    @OptionGroup var shared: BaseOptions

    func answer(_ session: Session) async throws -> Answer {
        let store = AdvisoryStore(in: session.builder.settings.data)
        var loaded = AdvisoryStore.Loaded()
        for (index, file) in files.enumerated() {
            let (path, anew) = (absolute(file), anew && index == 0)
            let one = try await blocking { try store.load(AdvisoryFiles(path), anew: anew) }
            loaded.read += one.read
            loaded.changed += one.changed
        }
        let contents = try await blocking { try store.contents() }
        return Answer(
            [
                "read": JSON(loaded.read), "changed": JSON(loaded.changed), "advisories": JSON(contents.advisories),
                "packages": JSON(contents.packages), "newest": JSON(contents.newest),
            ],
            remarks: [
                "Read \(counted(loaded.read, "advisory", plural: "advisories")), \(loaded.changed) of them new or newer",
                Self.summary(contents),
            ])
    }

    static func summary(_ contents: AdvisoryStore.Contents) -> String {
        "\(counted(contents.advisories, "advisory", plural: "advisories")) on \(counted(contents.packages, "package"))"
            + (contents.newest.map { ", the newest of \($0.prefix(10))" } ?? "")
    }
}

/// `chidori store osv show`.
struct AdvisoriesShowCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell how many advisories there are, and how old.",
        usage: "chidori store osv show [<options>]",
        discussion: """
            Example:
              chidori store osv show
            """)

    @OptionGroup var shared: BaseOptions

    func answer(_ session: Session) async throws -> Answer {
        let store = AdvisoryStore(in: session.builder.settings.data)
        let contents = try await blocking { try store.contents() }
        return Answer(
            [
                "advisories": JSON(contents.advisories), "packages": JSON(contents.packages),
                "newest": JSON(contents.newest),
            ],
            text: AdvisoriesLoadCommand.summary(contents))
    }
}
