/// What POMs may cost whoever reads them: far more than any that mean something, and less than what does harm.
public struct POMLimits: Sendable {
    /// Parents above each other, and imports of imports.
    public var chain = 100
    /// POMs that one run asks repositories for.
    public var documents = 20_000
    /// What a text becomes with its properties replaced, in bytes.
    public var expandedLength = 64 << 10
    /// What all texts of one POM become together, in bytes.
    public var expandedTotal = 64 << 20
    /// What all texts of all POMs of a run become together, in bytes: they are kept until its end.
    public var expandedInRun = 256 << 20
    /// Properties that are replaced within one another.
    public var nesting = 100

    public init() {}

    /// That a chain of POMs is too long: where it starts, and what of each leads to the next.
    func tooLong(_ start: ModuleVersion, _ what: String) -> MavenPackagingError {
        MavenPackagingError(
            .tooManyPOMs, "\(start)", "has more than \(chain) \(what) above each other",
            advice: "use a version whose POM is sound, or exclude it")
    }

    /// That a run asks for too many.
    public func tooMany(_ last: ModuleVersion) -> MavenPackagingError {
        MavenPackagingError(
            .tooManyPOMs, "\(last)", "is one POM more than the \(documents) that a run may ask for",
            advice: "exclude what is not needed; where a repository makes up POMs without end, take it out")
    }
}
