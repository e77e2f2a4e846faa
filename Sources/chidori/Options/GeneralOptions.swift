internal import ArgumentParser
internal import EnvironmentBuilder
internal import SystemPackage

/// The options of every command that works on a data folder.
struct GeneralOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The data folder. Default: $CHIDORI_DATA, else ~/.local/share/chidori.", valueName: "dir"),
        completion: .directory)
    var data: String?

    @Flag(name: .long, help: "Use only what is already in the data folder and on local disks.")
    var offline = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "How much to do at once. Default: as many as there are processors, and 8 downloads.", valueName: "n"))
    var jobs: Int?

    @Flag(name: .long, help: "Print JSON on standard output: an object a line, the last one the result.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 up, not \(jobs)") }
    }

    var output: Output { Output(json: json, quiet: quiet, verbose: verbose) }

    var dataFolder: FilePath { chidori.dataFolder(data) }

    var settings: BuilderSettings {
        BuilderSettings(data: dataFolder, offline: offline, jobs: jobs, createdBy: "chidori \(chidoriVersion)")
    }
}

/// The folder that holds everything Chidori keeps: the one named, `$CHIDORI_DATA`, or the user's.
func dataFolder(_ named: String?) -> FilePath {
    if let folder = named ?? variable("CHIDORI_DATA") { return absolute(folder) }
    if let home = variable("XDG_DATA_HOME"), home.hasPrefix("/") { return FilePath(home).appending("chidori") }
    return FilePath(variable("HOME") ?? "/").appending(".local/share/chidori")
}
