public import JobModel

/// The paths of the API.
public enum APIPath {
    public static let base = "/api/v1"
    public static let jobs = base + "/jobs"

    public static func job(_ id: JobID, _ part: String = "") -> String {
        "\(jobs)/\(id)\(part.isEmpty ? "" : "/" + part)"
    }
}
