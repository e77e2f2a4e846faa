/// A file name on a project's page, as far as it names something that can be installed.
public enum DistributionFilename: Sendable, Hashable {
    case wheel(WheelFilename)
    case egg(EggFilename)
    case sourceDistribution(SourceDistributionFilename)

    /// Parses a file name of this project; `nil` for installers, signatures, malformed names and other projects'.
    public init?(_ filename: String, expecting name: PackageName) {
        let parsed = withBytes(of: filename) { bytes -> DistributionFilename? in
            if hasSuffix(bytes, ".whl") {
                return WheelFilename(bytes, filename: filename, expecting: name).map(DistributionFilename.wheel)
            }
            if hasSuffix(bytes, ".egg") {
                return EggFilename(filename, expecting: name).map(DistributionFilename.egg)
            }
            return SourceDistributionFilename(bytes, filename: filename, expecting: name)
                .map(DistributionFilename.sourceDistribution)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    public var name: PackageName {
        switch self {
        case .wheel(let wheel): wheel.name
        case .egg(let egg): egg.name
        case .sourceDistribution(let source): source.name
        }
    }

    public var version: Version {
        switch self {
        case .wheel(let wheel): wheel.version
        case .egg(let egg): egg.version
        case .sourceDistribution(let source): source.version
        }
    }
}
