internal import ArgumentParser
internal import EnvironmentBuilder
internal import PythonPackaging

/// Options from which a command's session follows.
protocol SessionOptions: ParsableArguments {
    var general: GeneralOptions { get }
    /// What the builder works with, as the options say.
    func settings() throws -> BuilderSettings
}

/// The options that every `env` command takes. Help shows those that mean something to the command.
protocol EnvironmentOptions: SessionOptions {
    var target: TargetOptions { get }
    var index: IndexOptions { get }
    /// The registries that are spoken to in plain HTTP.
    var plainHTTP: [String] { get }
}

extension EnvironmentOptions {
    var plainHTTP: [String] { [] }

    func settings() throws -> BuilderSettings {
        var settings = general.settings
        settings.indexURL = index.indexUrl
        settings.extraIndexURLs = index.extraIndexUrl
        settings.findLinks = index.findLinks
        settings.python = try target.pythonVersion.map { try PythonVersion($0) }
        settings.plainHTTP = plainHTTP
        settings.platforms = try target.platform.map { try TargetPlatform($0) }
        return settings
    }
}

/// Of a command that chooses, fetches or reads recipes.
struct SharedOptions: EnvironmentOptions {
    @OptionGroup(title: "Target options") var target: TargetOptions
    @OptionGroup(title: "Index options") var index: IndexOptions
    @OptionGroup(title: "General options") var general: GeneralOptions
}

/// Of a command that delivers environments, to registries too.
struct DeliveryOptions: EnvironmentOptions {
    @OptionGroup(title: "Target options") var target: TargetOptions
    @OptionGroup(title: "Index options") var index: IndexOptions
    @OptionGroup(title: "Registry options") var registry: RegistryOptions
    @OptionGroup(title: "General options") var general: GeneralOptions

    var plainHTTP: [String] { registry.plainHttp }
}

/// Of a command that looks at what is in the data folder alone.
struct LocalOptions: EnvironmentOptions {
    @OptionGroup(visibility: .hidden) var target: TargetOptions
    @OptionGroup(visibility: .hidden) var index: IndexOptions
    @OptionGroup(title: "General options") var general: GeneralOptions
}

/// Of one that looks at images at registries too.
struct LookingOptions: EnvironmentOptions {
    @OptionGroup(visibility: .hidden) var target: TargetOptions
    @OptionGroup(visibility: .hidden) var index: IndexOptions
    @OptionGroup(title: "Registry options") var registry: RegistryOptions
    @OptionGroup(title: "General options") var general: GeneralOptions

    var plainHTTP: [String] { registry.plainHttp }
}

/// Of a command that has nothing to do with package indexes.
struct BaseOptions: SessionOptions {
    @OptionGroup(title: "General options") var general: GeneralOptions

    func settings() -> BuilderSettings { general.settings }
}
