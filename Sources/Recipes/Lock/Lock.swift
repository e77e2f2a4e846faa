public import PythonPackaging

/// Every file of an environment with its version, digest and reason: a recipe's one and final answer.
///
/// In text it is TOML with the tables and keys of PEP 751, in which files that the default index serves are named
/// without a place. A foreign `pylock.toml` is a lock without a recipe.
public struct Lock: Sendable, Equatable {
    /// What wrote the lock: `chidori`, `uv`, `pip`.
    public var createdBy: String
    /// What the lock answers, its indexes without credentials; `nil` for foreign locks.
    public var recipe: Recipe?
    /// The recipe's folder as seen from the lock's (`../recipes`), where the lock lies elsewhere and the recipe names
    /// something by a path from its folder.
    public var recipeFolder: String?
    /// The Python versions that the lock is for, as it says.
    public var requiresPython: SpecifierSet
    /// Conditions of which one must hold where the lock is installed; any place if empty.
    public var environments: [Marker]
    /// By name, then version.
    public var packages: [Package]
    /// The class path, in its order.
    public var jars: [Jar]
    /// The extras and dependency groups that a foreign lock offers (PEP 751), and those chosen by default.
    public var extras: [ExtraName]
    public var dependencyGroups: [ExtraName]
    public var defaultGroups: [ExtraName]
    /// What other tools left in `[tool]`, kept as it is.
    public var otherTools: [SourceNode.Entry]

    public init(recipe: Recipe?, packages: [Package], createdBy: String = "chidori") {
        self.createdBy = createdBy
        self.recipe = recipe
        self.packages = packages
        jars = []
        requiresPython = SpecifierSet()
        environments = []
        extras = []
        dependencyGroups = []
        defaultGroups = []
        otherTools = []
    }
}
