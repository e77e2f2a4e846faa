internal import EnvironmentBuilder

/// What one run of a command works with: the builder on the data folder, and the display of its progress.
struct Session {
    let builder: EnvironmentBuilder
    let progress: ProgressDisplay
    let output: Output

    init(_ options: some SessionOptions) throws {
        let settings = try options.settings()
        CreationMask.protect(dataFolder: settings.data)
        let output = options.general.output
        let progress = ProgressDisplay(output: output)
        self.output = output
        self.progress = progress
        builder = EnvironmentBuilder(settings: settings, observer: { progress.observe($0) })
    }
}
