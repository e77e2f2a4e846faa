@_exported public import Diagnostics

/// What is wrong with a piece of Maven's: a coordinate, a POM, a graph of them.
public typealias MavenPackagingError = Failure<MavenPackagingErrorCode>

public enum MavenPackagingErrorCode: FailureCode {
    /// The text is no coordinate, or one that could name a file elsewhere.
    case badCoordinate
    /// The text starts as a version range and is none.
    case badRange
    /// The bytes are no XML that Maven would read, or more of it than is allowed.
    case badXML
    /// The document has a type declaration or entities of its own: it is not read.
    case hasDoctype
    /// The POM cannot be understood.
    case badPOM
    /// A POM's parents lead back to itself.
    case parentCycle
    /// The management that POMs import leads back to itself.
    case importCycle
    /// A POM's relocations lead back to itself, or too far.
    case relocationCycle
    /// POMs have more parents or imports above each other than can be meant, or there is no end of them.
    case tooManyPOMs
    /// A parent is in no repository.
    case missingParent
    /// A POM whose management is imported is in no repository.
    case missingImport
    /// A property that nobody defines, or that is defined by itself, stands where a value is needed.
    case badProperty
    /// No version in any repository lies in the range that is asked for.
    case unmetRange
    /// The ranges that are asked for have no version in common.
    case conflictingRanges
    /// There are more dependencies than can be meant.
    case tooManyDependencies
    /// An artifact is made for another Scala, or another Spark, than the environment's.
    case wrongScala, wrongSpark
    /// `maven-metadata.xml` cannot be understood.
    case badMetadata
    /// `settings.xml` cannot be understood.
    case badSettings

    public var category: DiagnosticCategory {
        switch self {
        case .badCoordinate, .badRange, .badSettings: .badInput
        case .badXML, .hasDoctype, .badPOM, .parentCycle, .importCycle, .relocationCycle, .badProperty, .badMetadata,
            .tooManyDependencies, .tooManyPOMs:
            .badArtifact
        case .missingParent, .missingImport, .unmetRange, .conflictingRanges, .wrongScala, .wrongSpark: .noSolution
        }
    }
}
