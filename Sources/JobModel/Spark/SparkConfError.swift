@_exported public import Diagnostics

/// What is wrong with a job's Spark configuration. The subject is the setting's name.
public typealias SparkConfError = Failure<SparkConfErrorCode>

public enum SparkConfErrorCode: FailureCode {
    /// Spark cannot read the value.
    case unreadable
    /// Spark reads the value and refuses it.
    case refused
    /// Two settings that do not go together.
    case conflicting
    /// A setting that another one needs is not there.
    case missing
    /// More than can be counted.
    case tooLarge
    /// A release of Spark whose rules are not known.
    case unknownVersion

    public var category: DiagnosticCategory { .badInput }
}
