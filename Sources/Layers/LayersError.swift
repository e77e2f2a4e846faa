internal import Archive
internal import Cryptography
@_exported public import Diagnostics

/// What can go wrong when layers and images are made.
public typealias LayersError = Failure<LayersErrorCode>

public enum LayersErrorCode: FailureCode {
    /// Two files of one layer have the same path.
    case pathConflict
    /// A unit's file is not what the unit says: another size or digest.
    case wrongContent
    /// The base has so many layers that none are left under the limit.
    case tooManyLayers
    /// A layout, or something in it, is missing or broken.
    case badLayout
    /// The base is for another platform, or contradicts itself.
    case badBase
    /// There is no such layout, or no such image in it.
    case notFound
    /// A layout or archive cannot be written.
    case unwritable

    public var category: DiagnosticCategory {
        switch self {
        case .pathConflict, .tooManyLayers: .badInput
        case .wrongContent: .badArtifact
        case .badLayout: .damaged
        case .badBase, .notFound: .badInput
        case .unwritable: .system
        }
    }
}

extension LayersError {
    /// A file that its unit's artifact does not have.
    init(missing path: String, in source: any ByteSource, _ size: UInt64) {
        self.init(
            .wrongContent, path, "is not in \(source.name) with the size of \(size) bytes",
            advice: "run `chidori store verify`, which makes the unit's description again")
    }

    /// A file that is not what its package says.
    init(wrong path: String, _ found: SHA256Digest, promised: SHA256Digest) {
        self.init(
            .wrongContent, path, "has the digest \(found.hex), but \(promised.hex) was promised",
            advice: "the package's own list of files (RECORD) does not tell the truth; choose another version")
    }
}
