public import ContentStore
public import Cryptography
public import PythonPackaging
public import SystemPackage
internal import Transfer
internal import Workers

extension PythonIndex {
    /// The digest of a local file, or of the zip that an egg folder is packed into; from the store, where it was read
    /// before and has its size and time still. `nil` for what is not there. Blocks.
    ///
    /// - Throws: `PythonIndexError.Code.noSuchFile`, `.wrongContent` for what cannot be read.
    public static func digest(ofLocalFile path: FilePath, in store: ContentStore) throws -> SHA256Digest? {
        guard let facts = try EggFolder.facts(of: path, isEgg: EggFolder.isEgg(path)) else { return nil }
        return try LocalDigests(store: store).digest(of: path, facts)
    }

    /// A file named by its place, with its digest and size where that is a local disk: what was learned of another file
    /// at the same place says nothing of it. Any other file, and one that is not there, is given as it is.
    ///
    /// - Throws: `PythonIndexError.Code.noSuchFile`, `.wrongContent` for what cannot be read.
    public func identified(_ file: IndexFile) async throws -> IndexFile {
        guard file.sha256 == nil, let path = try ResourceURL(file.url).filePath else { return file }
        return try await blocking { [store] in
            guard let facts = try EggFolder.facts(of: path, isEgg: file.filename.hasSuffix(".egg")) else { return file }
            let blob = try LocalDigests(store: store).blob(of: path, facts)
            var file = file
            (file.sha256, file.size) = (blob.digest, blob.size)
            return file
        }
    }
}
