public import PythonPackaging

/// Tells what source distributions depend on, by building them where nothing else says it (PEP 643).
public protocol SourceReader: Sendable {
    /// What a build would tell of a source distribution.
    func metadata(of file: IndexFile, _ project: PackageName) async throws -> CoreMetadata
}
