/// Why a version can't be used, whatever else is chosen.
enum Unavailability: Hashable, Sendable {
    /// The project has no page on any index that was asked.
    case noProject
    /// The version has no wheel at all.
    case onlySourceDistribution
    /// It has wheels, and none runs on the target.
    case noWheelForTarget
    /// It has eggs and no wheels, and the eggs are for other targets.
    case noEggForTarget(others: String)
    /// Every wheel that would do was yanked.
    case yanked(reason: String)
    /// No file of it has one of the digests that the request allows.
    case otherHashes
    /// Its metadata asks for another interpreter (the page did not say so).
    case requiresPython(String)
    /// Its metadata can't be used, and why.
    case badMetadata(String)
    /// It depends on something by URL, which only the recipe may.
    case dependsOnURL(String)
    /// It asks for versions that no version can be.
    case impossibleRequirement(String)
}
