internal import ContentStore
@_exported public import Diagnostics

/// What can go wrong when artifacts are turned into units.
public typealias UnitsError = Failure<UnitsErrorCode>

public enum UnitsErrorCode: FailureCode {
    /// The wheel breaks the wheel format: no `.dist-info`, an unknown scheme, an unreadable WHEEL or METADATA.
    case invalidWheel
    /// The egg has no EGG-INFO, or one that cannot be read.
    case invalidEgg
    /// The jar is no zip.
    case invalidJar
    /// The egg is for another Python.
    case wrongTarget
    /// The file's name, its version and its metadata disagree.
    case mismatchedName
    /// RECORD does not tell the truth about the wheel's members.
    case untruthfulRecord
    /// A member would be installed at a place where no wheel may write.
    case forbiddenPath
    /// Several members of one wheel, or of several, would be installed at one place and cannot both be.
    case pathConflict
    /// A member's bytes are not those that were promised.
    case wrongContent
    /// The file that a unit is made from is not in the store.
    case missingArtifact
    /// A unit's stored description cannot be read.
    case damagedRecord
    /// No interpreter of the wanted version is on this machine.
    case missingInterpreter
    /// The interpreter that was named cannot be used.
    case unusableInterpreter
    /// The interpreter broke down while it compiled.
    case compilationFailed

    public var category: DiagnosticCategory {
        switch self {
        case .invalidWheel, .invalidEgg, .invalidJar, .mismatchedName, .untruthfulRecord, .forbiddenPath, .wrongContent:
            .badArtifact
        case .pathConflict, .wrongTarget: .badInput
        case .missingArtifact: .unavailable
        case .damagedRecord: .damaged
        case .missingInterpreter, .unusableInterpreter: .missingPrerequisite
        case .compilationFailed: .internalFault
        }
    }
}

/// Reads a record of this module's, with its damage as a `UnitsError`.
func readingRecord<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let damage as RecordDamage {
        throw UnitsError(
            .damagedRecord, "a unit's description",
            "cannot be read at byte \(damage.position) of \(damage.size)",
            advice: "run `chidori store verify`, which makes it again")
    }
}
