public import ContentStore
public import Cryptography
internal import PythonPackaging
internal import Transfer

/// What the store keeps of an artifact beside its bytes, so that a damaged one can be fetched again: its file name, its
/// project and the place that served it, parted by NUL, under its digest.
extension ContentStore {
    private static let artifacts: RecordKind = "artifact.1"

    /// Notes where an artifact comes from, before it is stored: so there is none of which it is not known.
    ///
    /// - Parameter url: the place that served it. User and password are left out, and a page's URL with a query too,
    ///   which may be a secret and may not serve for long: the page is asked again then.
    func remember(_ artifact: Artifact, _ digest: SHA256Digest, from url: ResourceURL) throws {
        var place = url.query == nil ? url.text : ""
        if case .url(let given) = artifact.place { place = try ResourceURL(given).text }
        let text = [artifact.filename, artifact.project.description, place].joined(separator: "\0")
        try setRecord(kind: Self.artifacts, key: digest.hex, value: Array(text.utf8))
    }

    /// How an artifact may be had again; `nil` for what is no artifact. Blocks.
    public func remembered(_ digest: SHA256Digest) throws -> Artifact? {
        guard let record = try record(kind: Self.artifacts, key: digest.hex) else { return nil }
        let words = String(decoding: record, as: UTF8.self)
            .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, let project = try? PackageName(words[1]) else { return nil }
        return Artifact(
            project: project, filename: words[0], sha256: digest, place: words[2].isEmpty ? .page : .url(words[2]))
    }
}
