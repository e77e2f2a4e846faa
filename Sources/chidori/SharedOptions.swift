internal import ArgumentParser
internal import EnvironmentBuilder
internal import PythonPackaging
internal import SystemPackage

/// The options that every `env` command takes.
struct SharedOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder. Default: $CHIDORI_DATA, else ~/.local/share/chidori.")
    var data: String?

    @Option(name: .long, help: "The default package index. Default: the one pip on this machine uses.")
    var indexUrl: String?

    @Option(
        name: .long,
        help: "A further index, asked before the default one; the first that knows a package has it. May be repeated.")
    var extraIndexUrl: [String] = []

    @Option(name: .long, help: "A folder or page with wheels. May be repeated.")
    var findLinks: [String] = []

    @Option(name: .long, help: "The Python to lock and build for, such as 3.11. Default: the recipe's.")
    var pythonVersion: String?

    @Option(
        name: .long,
        help:
            "The platform to lock and build for, such as linux-x86_64-glibc2.36. May be repeated. Default: the recipe's."
    )
    var platform: [String] = []

    @Flag(name: .long, help: "Use only what is already in the data folder and on local disks.")
    var offline = false

    @Option(name: .shortAndLong, help: "How much to do at once. Default: the number of processors.")
    var jobs: Int?

    @Flag(name: .long, help: "Print JSON on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    mutating func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 up, not \(jobs)") }
        if let pythonVersion, (try? PythonVersion(pythonVersion)) == nil {
            throw ValidationError("--python-version takes a version such as 3.11, not '\(pythonVersion)'")
        }
        for text in platform where (try? TargetPlatform(text)) == nil {
            throw ValidationError("--platform takes a platform such as linux-x86_64-glibc2.36, not '\(text)'")
        }
    }

    var output: Output { Output(json: json, quiet: quiet, verbose: verbose) }

    /// The folder that holds everything Chidori keeps.
    var dataFolder: FilePath { folderOfData(named: data) }
}

/// The folder that holds everything Chidori keeps: the one named, `$CHIDORI_DATA`, or the user's.
func folderOfData(named name: String?) -> FilePath {
    if let folder = name ?? variable("CHIDORI_DATA") { return absolute(folder) }
    if let home = variable("XDG_DATA_HOME"), home.hasPrefix("/") { return FilePath(home).appending("chidori") }
    return FilePath(variable("HOME") ?? "/").appending(".local/share/chidori")
}

/// A path as typed, from the current folder, without `.` and `..` where that is safe to say without looking.
func absolute(_ path: String) -> FilePath {
    let path = FilePath(path)
    guard path.isRelative else { return path.lexicallyNormalized() }
    return currentFolder().pushing(path).lexicallyNormalized()
}
