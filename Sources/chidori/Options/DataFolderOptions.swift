internal import ArgumentParser
internal import SystemPackage

/// Which data folder a command works on.
struct DataFolderOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The data folder. Default: $CHIDORI_DATA, else ~/.local/share/chidori.", valueName: "dir"),
        completion: .directory)
    var data: String?

    var folder: FilePath { dataFolder(data) }
}

/// The folder that holds everything Chidori keeps: the one named, `$CHIDORI_DATA`, or the user's.
func dataFolder(_ named: String?) -> FilePath {
    if let folder = named ?? variable("CHIDORI_DATA") { return absolute(folder) }
    if let home = variable("XDG_DATA_HOME"), home.hasPrefix("/") { return FilePath(home).appending("chidori") }
    return FilePath(variable("HOME") ?? "/").appending(".local/share/chidori")
}
