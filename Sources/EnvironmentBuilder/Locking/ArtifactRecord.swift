internal import ContentStore
internal import Cryptography
internal import PythonIndex
internal import PythonPackaging

/// What the store keeps of an artifact beside its bytes, so that a damaged one can be fetched again: its file name, its
/// project and its place, parted by NUL, under its digest.
extension ContentStore {
    private static let artifacts: RecordKind = "artifact.1"

    func remember(_ artifacts: [Artifact]) throws {
        try setRecords(
            kind: Self.artifacts,
            artifacts.compactMap { artifact in
                guard let digest = artifact.sha256 else { return nil }
                var place = ""
                if case .url(let url) = artifact.place { place = url }
                let text = [artifact.filename, artifact.project.description, place].joined(separator: "\0")
                return (key: digest.hex, value: Array(text.utf8))
            })
    }

    /// How an artifact may be had again; `nil` for what is no artifact.
    func remembered(_ digest: SHA256Digest) throws -> Artifact? {
        guard let record = try record(kind: Self.artifacts, key: digest.hex) else { return nil }
        let words = String(decoding: record, as: UTF8.self)
            .split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, let project = try? PackageName(words[1]) else { return nil }
        return Artifact(
            project: project, filename: words[0], sha256: digest, place: words[2].isEmpty ? .page : .url(words[2]))
    }
}
