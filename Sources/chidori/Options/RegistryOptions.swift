internal import ArgumentParser
internal import EnvironmentBuilder

/// How registries are spoken to.
struct RegistryOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Speak to this registry in plain HTTP. May be repeated; $CHIDORI_PLAIN_HTTP lists more.",
            valueName: "host[:port]"))
    var plainHttp: [String] = []
}

/// Of a command that works with images and the data folder.
struct ImageOptions: SessionOptions {
    @OptionGroup(title: "Registry options") var registry: RegistryOptions
    @OptionGroup(title: "General options") var general: GeneralOptions

    func settings() -> BuilderSettings {
        var settings = general.settings
        settings.plainHTTP = registry.plainHttp
        return settings
    }
}
