internal import EnvironmentBuilder
internal import PythonPackaging
internal import SystemPackage

/// What one run of a command works with: the builder on the data folder, and the display of its progress.
struct Session {
    let builder: EnvironmentBuilder
    let progress: ProgressDisplay
    let output: Output

    init(_ shared: SharedOptions) throws {
        self.init(
            shared.output,
            BuilderSettings(
                data: shared.dataFolder,
                offline: shared.offline,
                jobs: shared.jobs,
                indexURL: shared.indexUrl,
                extraIndexURLs: shared.extraIndexUrl,
                findLinks: shared.findLinks,
                python: try shared.pythonVersion.map { try PythonVersion($0) },
                platforms: try shared.platform.map { try TargetPlatform($0) },
                createdBy: "chidori \(chidoriVersion)"))
    }

    init(_ output: Output, _ settings: BuilderSettings) {
        CreationMask.protect(dataFolder: settings.data)
        let progress = ProgressDisplay(output: output)
        self.output = output
        self.progress = progress
        builder = EnvironmentBuilder(settings: settings, observer: { progress.observe($0) })
    }
}
