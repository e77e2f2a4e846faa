internal import EnvironmentBuilder
internal import PythonPackaging
internal import SystemPackage

/// What one run of an `env` command works with: the builder on the data folder, and the display of its progress.
struct Session {
    let builder: EnvironmentBuilder
    let progress: ProgressDisplay
    let output: Output

    init(_ shared: SharedOptions) throws {
        let output = shared.output
        let progress = ProgressDisplay(output: output)
        self.output = output
        self.progress = progress
        builder = try EnvironmentBuilder(
            settings: BuilderSettings(
                data: shared.dataFolder,
                offline: shared.offline,
                jobs: shared.jobs,
                indexURL: shared.indexUrl,
                extraIndexURLs: shared.extraIndexUrl,
                findLinks: shared.findLinks,
                python: shared.pythonVersion.flatMap { PythonVersion($0) },
                platforms: shared.platform.compactMap { TargetPlatform($0) },
                createdBy: "chidori \(chidoriVersion)"),
            observer: { progress.observe($0) })
    }
}
