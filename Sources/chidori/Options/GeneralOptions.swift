internal import ArgumentParser
internal import EnvironmentBuilder
internal import SystemPackage

/// The options of every command that works on a data folder.
struct GeneralOptions: ParsableArguments {
    @OptionGroup var location: DataFolderOptions

    @Flag(name: .long, help: "Use only what is already in the data folder and on local disks.")
    var offline = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "How much to do at once. Default: as many as there are processors, and 8 downloads.", valueName: "n"))
    var jobs: Int?

    @OptionGroup var speaking: SpeakingOptions

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 up, not \(jobs)") }
    }

    var output: Output { Output(json: speaking.json, quiet: speaking.quiet, verbose: verbose) }

    var dataFolder: FilePath { location.folder }

    var settings: BuilderSettings {
        BuilderSettings(data: dataFolder, offline: offline, jobs: jobs, createdBy: "chidori \(chidoriVersion)")
    }
}
