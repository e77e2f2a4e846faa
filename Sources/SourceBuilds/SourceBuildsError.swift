@_exported public import Diagnostics

/// What can go wrong between a source distribution and its wheel.
public typealias SourceBuildsError = Failure<SourceBuildsErrorCode>

public enum SourceBuildsErrorCode: FailureCode {
    /// The archive is no source distribution: no one folder at its top, or nothing in it that says how to build it.
    case invalidSource
    /// An entry of the archive would be written elsewhere than below the folder it is unpacked into, or is a device.
    case unsafeEntry
    /// The backend that the source names is not in the environment that it names.
    case missingBackend
    /// The backend ended with an error.
    case failed
    /// The build took more time, memory, processes or output than it may.
    case exceeded
    /// What was built is not the wheel that was to be built.
    case wrongWheel

    public var category: DiagnosticCategory {
        switch self {
        case .invalidSource, .unsafeEntry, .missingBackend, .failed, .exceeded, .wrongWheel: .badArtifact
        }
    }
}
