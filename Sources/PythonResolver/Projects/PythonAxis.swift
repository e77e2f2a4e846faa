internal import PubGrub
internal import PythonPackaging

/// The solver's axis for the interpreter: positions are releases, and `Requires-Python` a set of them.
enum PythonAxis {
    /// `X.Y.Z` as one number; larger parts than are possible count as the largest.
    static func position(of version: Version) -> Int32 {
        position(version.release(0), version.release(1), version.release(2))
    }

    private static func position(_ major: UInt64, _ minor: UInt64, _ micro: UInt64) -> Int32 {
        Int32(min(major, 1023)) << 20 | Int32(min(minor, 1023)) << 10 | Int32(min(micro, 1022)) + 1
    }

    /// The releases that the specifiers admit. Pre-releases of the interpreter count as their release.
    static func set(of specifiers: SpecifierSet) -> VersionSet {
        specifiers.specifiers.reduce(.full) { $0.intersection(set(of: $1)) }
    }

    private static func set(of specifier: Specifier) -> VersionSet {
        let version = specifier.version
        let bound = position(of: version)
        switch specifier.operator {
        case .greaterOrEqual: return VersionSet(bound, VersionSet.end)
        case .greater: return VersionSet(bound + 1, VersionSet.end)
        case .less: return VersionSet(0, bound)
        case .lessOrEqual: return VersionSet(0, bound + 1)
        case .equal, .arbitrary:
            return specifier.isPrefixMatch ? prefix(of: version, version.releaseCount) : VersionSet(bound)
        case .notEqual:
            return (specifier.isPrefixMatch ? prefix(of: version, version.releaseCount) : VersionSet(bound)).complement
        case .compatible:
            return prefix(of: version, version.releaseCount - 1).intersection(VersionSet(bound, VersionSet.end))
        }
    }

    /// The releases that begin with the version's first numbers.
    private static func prefix(of version: Version, _ count: Int) -> VersionSet {
        switch count {
        case ..<1: .full
        case 1: VersionSet(position(version.release(0), 0, 0), position(version.release(0) &+ 1, 0, 0))
        case 2:
            VersionSet(
                position(version.release(0), version.release(1), 0),
                position(version.release(0), version.release(1) &+ 1, 0))
        default: VersionSet(position(of: version))
        }
    }
}
