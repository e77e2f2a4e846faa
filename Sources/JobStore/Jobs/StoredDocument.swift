internal import Documents
internal import JSONDocument
internal import JobModel
internal import SQLite

/// Requests and settings as they are stored: the JSON that the API speaks, so that they can be read without this program.
///
/// Reading is lenient: what was once taken is read for ever, though another request of that kind would be refused today.
enum StoredDocument {
    /// The same value always gives the same bytes.
    static func bytes(of request: JobRequest) -> [UInt8] { JobRequest.shape.json(request).bytes }

    static func bytes(of settings: Settings) -> [UInt8] { Settings.shape.json(settings).bytes }

    /// - Throws: `damaged`.
    static func request(_ bytes: [UInt8], of id: JobID) throws -> JobRequest {
        try read(bytes, JobRequest.shape, of: "the request of job \(id)")
    }

    static func settings(_ bytes: [UInt8], version: Int) throws -> Settings {
        try read(bytes, Settings.shape, of: "version \(version) of the settings")
    }

    private static func read<Model>(_ bytes: [UInt8], _ shape: Shape<Model>, of subject: String) throws -> Model {
        do {
            return try shape.value(of: SourceNode(JSON(parsing: bytes)), in: subject, isLenient: true)
        } catch {
            throw JobStoreError(
                .damaged, subject, "cannot be read: \(error)",
                advice: "check the disk, then `chidori restore` the newest backup", cause: error)
        }
    }
}
