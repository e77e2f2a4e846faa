internal import Cryptography
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI

/// What a registry answers that cannot do what it is asked for (OCI distribution-spec, "Error Codes").
struct DistributionError: Error {
    enum Code: String {
        case blobUnknown = "BLOB_UNKNOWN"
        case digestInvalid = "DIGEST_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case paginationNumberInvalid = "PAGINATION_NUMBER_INVALID"
        case unauthorized = "UNAUTHORIZED"
        case denied = "DENIED"
        case unsupported = "UNSUPPORTED"
        case tooManyRequests = "TOOMANYREQUESTS"
        /// Not of the spec's, and what other registries say.
        case unavailable = "UNAVAILABLE"
        case rangeInvalid = "RANGE_INVALID"
        case unknown = "UNKNOWN"
    }

    var status: Int
    var code: Code
    /// For people: registries' clients show it.
    var message: String
    var detail: [JSON.Member] = []
    var headers: [(name: HTTPField.Name, value: String)] = []

    init(_ status: Int, _ code: Code, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Any error, as far as a registry's client is told of it.
    init(_ error: any Error) {
        switch error {
        case let error as DistributionError: self = error
        case let error as MethodNotAllowed:
            self.init(405, .unsupported, "\(error.method.prefix(32)): this registry is read, and never written to")
            headers = [(.allow, error.allowed.joined(separator: ", "))]
        default:
            let problem = Problem(error)
            let code: Code =
                switch problem.status {
                case 401: .unauthorized
                case 403: .denied
                case 404: .nameUnknown
                case 405: .unsupported
                case 422: .manifestUnknown
                case 429: .tooManyRequests
                case 503: .unavailable
                default: .unknown
                }
            // A recipe that gives no image is a tag that stands for none.
            self.init(
                problem.status == 422 ? 404 : problem.status, code,
                problem.detail + (problem.advice.map { " (try: \($0))" } ?? ""))
            if [429, 503].contains(status) { headers = [(.retryAfter, "5")] }
        }
    }

    /// In the spec's form.
    var reply: Reply {
        var members: [JSON.Member] = [.init("code", .string(code.rawValue)), .init("message", .string(message))]
        if !detail.isEmpty { members.append(.init("detail", .object(detail))) }
        var reply = Reply.json(.object([.init("errors", .array([.object(members)]))]), status: status)
        reply.headers += headers
        if status == 401 { reply.headers.append((.wwwAuthenticate, "Basic realm=\"chidori\", charset=\"UTF-8\"")) }
        return reply
    }
}

extension DistributionError {
    static let noPath = DistributionError(404, .unsupported, "there is no such path of a registry")

    static let badTarget = DistributionError(400, .nameInvalid, "the path has escapes that are none")

    static func badName(_ name: String) -> DistributionError {
        DistributionError(400, .nameInvalid, "\(name.prefix(256)): is no repository's name")
    }

    static func badDigest(_ text: String) -> DistributionError {
        DistributionError(400, .digestInvalid, "\(text.prefix(256)): is no digest")
    }

    /// For one that is not there, and for one that is somebody else's.
    static func unknownRepository(_ name: String) -> DistributionError {
        DistributionError(
            404, .nameUnknown,
            "\(name): is not here; there are env/NAME, env/ID and recipe/NAME, and each with image-volume/ before it")
    }

    static func unknownManifest(_ reference: String, in repository: String) -> DistributionError {
        DistributionError(404, .manifestUnknown, "\(repository): has no manifest \(reference.prefix(256))")
    }

    static func unknownBlob(in repository: String) -> DistributionError {
        DistributionError(404, .blobUnknown, "\(repository): needs no such blob, or it is not there any more")
    }

    /// - Parameter build: by which it is known among the server's builds.
    static func making(_ repository: String, build: String, _ message: String) -> DistributionError {
        let path = APIPath.base + "/builds/\(build)"
        var error = DistributionError(
            503, .unavailable, "\(repository): is being made (\(message)); follow it at \(path), and pull it then")
        error.detail = [.init("build", .string(build)), .init("progress", .string(path))]
        error.headers = [(.retryAfter, "5")]
        return error
    }

    static let crowded: DistributionError = {
        var error = DistributionError(429, .tooManyRequests, "as many blobs are sent as the server sends at once")
        error.headers = [(.retryAfter, "5")]
        return error
    }()

    static func noSuchRange(size: Int64) -> DistributionError {
        var error = DistributionError(416, .rangeInvalid, "the blob has \(size) bytes, and none of those")
        error.headers = [(.contentRange, "bytes */\(size)"), (.acceptRanges, "bytes")]
        return error
    }
}
