internal import ContentStore
public import PythonPackaging
internal import SystemPackage
internal import Transfer
internal import Workers

extension PythonIndex {
    /// The places that an egg names in dependency_links.txt, which setuptools looked for packages at and nobody does
    /// any more. Empty for what is no egg.
    ///
    /// - Throws: what reading the egg throws.
    public func ignoredLinks(of file: IndexFile) async throws -> [String] {
        guard file.filename.hasSuffix(".egg") else { return [] }
        let egg = try EggFilename(file.filename)
        let path: FilePath
        if let local = try ResourceURL(file.url).filePath {
            path = local
        } else {
            path = store.blobPath(try await fetch(Artifact(file, of: egg.name)).digest)
        }
        return try await blocking { try EggMember.dependencyLinks(of: egg, at: path) }
    }
}
