internal import ArgumentParser
internal import EnvironmentBuilder
internal import SystemPackage

/// The options of commands that ask no package index.
struct BaseOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder. Default: $CHIDORI_DATA, else ~/.local/share/chidori.")
    var data: String?

    @Flag(name: .long, help: "Use only what is already in the data folder and on local disks.")
    var offline = false

    @Flag(name: .long, help: "Print JSON on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    var output: Output { Output(json: json, quiet: quiet, verbose: verbose) }

    /// The folder that holds everything Chidori keeps.
    var dataFolder: FilePath { folderOfData(named: data) }

    var session: Session {
        Session(output, BuilderSettings(data: dataFolder, offline: offline, createdBy: "chidori \(chidoriVersion)"))
    }
}
