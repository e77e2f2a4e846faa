/// A file name on a project's page, as far as it names something that can be installed.
public enum DistributionFilename: Sendable, Hashable {
    case wheel(WheelFilename)
    case sourceDistribution(SourceDistributionFilename)

    /// Parses a file name of this project; `nil` for eggs, installers, signatures, malformed names and other projects'.
    public init?(_ filename: String, expecting name: PackageName) {
        if filename.utf8.suffix(4).elementsEqual(".whl".utf8) {
            guard let wheel = WheelFilename(filename, expecting: name) else { return nil }
            self = .wheel(wheel)
        } else {
            guard let source = SourceDistributionFilename(filename, expecting: name) else { return nil }
            self = .sourceDistribution(source)
        }
    }

    public var name: PackageName {
        switch self {
        case .wheel(let wheel): wheel.name
        case .sourceDistribution(let source): source.name
        }
    }

    public var version: Version {
        switch self {
        case .wheel(let wheel): wheel.version
        case .sourceDistribution(let source): source.version
        }
    }
}
