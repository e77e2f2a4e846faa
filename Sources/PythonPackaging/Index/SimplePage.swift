/// A project's page of the simple index: the files that it offers (PEP 503 and 691, 592, 629, 658, 700, 714, 792).
public struct SimplePage: Sendable, Hashable {
    /// In the order of the page.
    public var files: [IndexFile]
    /// What the index says of the project (PEP 792): `archived`, `quarantined`, `deprecated`; `nil` where it is silent.
    public var status: String?

    public init(files: [IndexFile], status: String? = nil) {
        self.files = files
        self.status = status
    }

    /// What a client should ask for in `Accept`, best first.
    public static let accept =
        "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - bytes: the response's body.
    ///   - contentType: the response's `Content-Type`, which decides between HTML and JSON; `nil` (a file) stands for HTML.
    ///   - url: where the page came from after redirects, absolute; links are resolved against it.
    /// - Throws: `PythonPackagingError.Code.notAnIndexPage` for another content type or version of the API,
    ///   `.malformedIndexPage` for JSON that is none.
    public init(
        _ bytes: UnsafeBufferPointer<UInt8>, contentType: String?, url: String
    ) throws(PythonPackagingError) {
        let type = contentType.map(SimplePage.mediaType) ?? "text/html"
        switch type {
        case "text/html", "application/xhtml+xml", "application/vnd.pypi.simple.v1+html",
            "application/vnd.pypi.simple.latest+html":
            self = try HTMLPageReader.read(bytes, url: url)
        case "application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json", "application/json":
            self = try JSONPageReader.read(bytes, url: url)
        default:
            throw PythonPackagingError(
                code: .notAnIndexPage, subject: URLReference.withoutSecrets(url),
                message: "answers with \(type.isEmpty ? "no content type" : type), not with an index page",
                advice: "check that the index URL leads to a simple index, as .../simple/ does")
        }
    }

    /// Reads a page held in an array.
    public init(_ bytes: [UInt8], contentType: String?, url: String) throws(PythonPackagingError) {
        self = try bytes.withUnsafeBufferPointer { buffer -> Result<SimplePage, PythonPackagingError> in
            do throws(PythonPackagingError) {
                return .success(try SimplePage(buffer, contentType: contentType, url: url))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// The type without its parameters, in lower case.
    private static func mediaType(_ contentType: String) -> String {
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }
        return String(decoding: type.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
    }

    static func unsupportedVersion(_ version: String, url: String) -> PythonPackagingError {
        PythonPackagingError(
            code: .notAnIndexPage, subject: URLReference.withoutSecrets(url),
            message: "speaks version \(version) of the index's API, and only 1.x is known",
            advice: "use an index that serves version 1 of the API (PEP 629)")
    }
}
