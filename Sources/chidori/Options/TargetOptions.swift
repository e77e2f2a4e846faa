internal import ArgumentParser
internal import PythonPackaging

/// What an environment is for, in place of what its recipe says.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The Python to lock and build for, such as 3.11. Default: the recipe's.", valueName: "x.y"))
    var pythonVersion: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The platform to lock and build for, such as \(example). May be repeated. Default: the recipe's.",
            valueName: "platform"))
    var platform: [String] = []

    private static let example = "linux-x86_64-glibc2.36"

    func validate() throws {
        if let pythonVersion {
            guard let version = try? PythonVersion(pythonVersion) else {
                throw ValidationError("--python-version takes a version such as 3.11, not '\(pythonVersion)'")
            }
            guard version.major == 3 else {
                throw ValidationError("--python-version takes a Python 3, such as 3.11, not '\(pythonVersion)'")
            }
        }
        for text in platform where (try? TargetPlatform(text)) == nil {
            throw ValidationError("--platform takes a platform such as \(Self.example), not '\(text)'")
        }
    }
}
