/// A source distribution's file name taken apart (PEP 625, and the looser names from before it).
public struct SourceDistributionFilename: Sendable, Hashable {
    /// The endings that source distributions have or had.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case tarGz = ".tar.gz"
        case zip = ".zip"
        case tgz = ".tgz"
        case tarBz2 = ".tar.bz2"
        case tarXz = ".tar.xz"
        case tarZst = ".tar.zst"
        case tarLz = ".tar.lz"
        case tarLzma = ".tar.lzma"
        case tarZ = ".tar.Z"
        case tbz = ".tbz"
        case txz = ".txz"
        case tlz = ".tlz"
        case tar = ".tar"
    }

    public let filename: String
    public let name: PackageName
    public let version: Version
    public let format: Format

    /// Parses a file name that keeps to PEP 625, or is a `.zip` from before it: the name ends at the last dash.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidSourceDistributionFilename`.
    public init(_ filename: String) throws(PythonPackagingError) {
        let parsed = withBytes(of: filename) { bytes -> SourceDistributionFilename? in
            guard let (stem, format) = SourceDistributionFilename.split(bytes), format == .tarGz || format == .zip,
                let dash = stem.lastIndex(of: UInt8(ascii: "-"))
            else { return nil }
            let nameBytes = UnsafeBufferPointer(rebasing: stem[..<dash])
            guard let name = PackageName(utf8: nameBytes),
                let version = Version(utf8: UnsafeBufferPointer(rebasing: stem[(dash + 1)...]))
            else { return nil }
            return SourceDistributionFilename(filename: filename, name: name, version: version, format: format)
        }
        guard let parsed else {
            throw PythonPackagingError(
                code: .invalidSourceDistributionFilename, subject: filename,
                message: "is not the file name of a source distribution",
                advice: "source distributions are named name-version.tar.gz (PEP 625)")
        }
        self = parsed
    }

    /// Parses a file name of this project; `nil` if it is malformed or another project's.
    ///
    /// Old names hold dashes in name and version, so only the expected name tells where the one ends: `a-b-1.tar.gz` is
    /// version 1 of `a-b`, and of `a` nothing.
    public init?(_ filename: String, expecting name: PackageName) {
        let parsed = withBytes(of: filename) {
            SourceDistributionFilename($0, filename: filename, expecting: name)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Parses a file name of this project from its UTF-8, which `filename` holds too.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, filename: String, expecting name: PackageName) {
        guard let (stem, format) = SourceDistributionFilename.split(bytes) else { return nil }
        for dash in stem.indices where stem[dash] == UInt8(ascii: "-") && name.isSpelled(stem[..<dash]) {
            let rest = UnsafeBufferPointer(rebasing: stem[(dash + 1)...])
            guard let version = Version(utf8: rest) else { continue }
            self.init(filename: filename, name: name, version: version, format: format)
            return
        }
        return nil
    }

    private init(filename: String, name: PackageName, version: Version, format: Format) {
        self.filename = filename
        self.name = name
        self.version = version
        self.format = format
    }

    private static func split(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (stem: Slice<UnsafeBufferPointer<UInt8>>, format: Format)? {
        if hasSuffix(bytes, ".tar.gz") { return (bytes.dropLast(7), .tarGz) }
        if hasSuffix(bytes, ".zip") { return (bytes.dropLast(4), .zip) }
        for format in Format.allCases where bytes.suffix(format.rawValue.utf8.count).elementsEqual(format.rawValue.utf8)
        {
            return (bytes.dropLast(format.rawValue.utf8.count), format)
        }
        return nil
    }
}

extension SourceDistributionFilename: CustomStringConvertible {
    public var description: String { filename }
}
