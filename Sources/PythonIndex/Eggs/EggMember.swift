internal import Archive
internal import PythonPackaging
internal import SystemPackage

/// Finds an egg's metadata among its members, or in its folder.
enum EggMember {
    /// The longest file of EGG-INFO that is read, in bytes.
    static let limit = 16 << 20

    /// The METADATA that an egg is installed with.
    ///
    /// - Throws: `PythonPackagingError`, `ArchiveError`, `PythonIndexError`.
    static func metadata(of egg: EggFilename, at path: FilePath) throws -> [UInt8] {
        let information = try information(of: egg, at: path)
        return try EggMetadata(of: egg.filename, member: information).text
    }

    /// The places that an egg names to find others at, of which none is asked.
    static func dependencyLinks(of egg: EggFilename, at path: FilePath) throws -> [String] {
        let bytes = try information(of: egg, at: path)("dependency_links.txt") ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    /// Reads files of EGG-INFO by their names there.
    private static func information(
        of egg: EggFilename, at path: FilePath
    ) throws -> (String) throws -> [UInt8]? {
        if LocalFolder.isFolder(path) { return try EggFolder(path).information }
        let archive = try ZipArchive(source: FileSource(path, name: egg.filename))
        return { name in
            try archive.directory.member(named: EggMetadata.folder + name).map {
                try archive.contents(of: $0, limit: limit)
            }
        }
    }
}
