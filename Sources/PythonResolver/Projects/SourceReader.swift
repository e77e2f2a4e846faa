public import PythonPackaging

/// Tells what source distributions depend on, by building them where nothing else says it (PEP 643).
public protocol SourceReader: Sendable {
    /// What a build would tell of a source distribution.
    ///
    /// - Returns: with the metadata, whether it holds for every interpreter and machine (PEP 643); what a build told may
    ///   be otherwise in another's.
    func metadata(of file: IndexFile, _ project: PackageName) async throws -> (CoreMetadata, isStatic: Bool)

    /// What a build would tell of a tree of sources, and the tree as a file: its URL says exactly which tree it is (a
    /// commit, not a branch), its name which version.
    func tree(at url: SourceTreeURL, _ project: PackageName) async throws -> (IndexFile, CoreMetadata)
}
