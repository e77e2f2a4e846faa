public import PythonPackaging
public import Recipes

/// What is to be resolved, for one target.
public struct ResolutionRequest: Sendable {
    /// Which of the versions that satisfy are chosen, as uv's `--resolution` has it.
    public enum Direction: Sendable, Hashable {
        case highest
        /// The lowest versions of everything, which tries everybody's lower bounds.
        case lowest
        /// The lowest versions of what the recipe itself asks for, which tries its lower bounds.
        case lowestDirect
    }

    /// What is asked for, in order. A request with hashes is satisfied by files with those digests alone.
    public var requests: [Recipe.Request]
    /// Versions that packages must have if anything asks for them.
    public var constraints: [Requirement] = []
    /// What stands in place of everybody's requirements of these packages.
    public var overrides: [Requirement] = []
    public var python: PythonVersion
    public var platform: TargetPlatform
    public var prereleases: Recipe.Prereleases = .ifNecessary
    /// Which packages without a wheel may be built.
    public var sourceDistributions: Recipe.SourceDistributions = .never
    /// Versions to keep where they satisfy, from an older lock.
    public var preferences: [PackageName: Version] = [:]
    public var direction = Direction.highest

    public init(_ requests: [Recipe.Request], python: PythonVersion, platform: TargetPlatform) {
        self.requests = requests
        self.python = python
        self.platform = platform
    }

    /// What a recipe asks for on one of its platforms, keeping an older lock's versions.
    public init(_ recipe: Recipe, platform: TargetPlatform, keeping preferences: [PackageName: Version] = [:]) {
        self.init(recipe.python.packages, python: recipe.python.version, platform: platform)
        constraints = recipe.python.constraints
        overrides = recipe.python.overrides
        prereleases = recipe.python.prereleases
        sourceDistributions = recipe.python.sourceDistributions
        self.preferences = preferences
    }
}
