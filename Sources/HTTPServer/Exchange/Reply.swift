internal import Cryptography
internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import NIOCore

/// What is answered.
struct Reply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Written as it comes about.
        case stream(@Sendable (_ write: @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void)
        /// Read as fast as the client takes it.
        case file(FileBody)
    }

    var status: Int
    var headers: [(name: HTTPField.Name, value: String)]
    var body: Body

    init(_ status: Int, headers: [(name: HTTPField.Name, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A model in its shape.
    static func document<Model>(_ model: Model, _ shape: Shape<Model>, status: Int = 200) -> Reply {
        json(shape.json(model), status: status)
    }

    static func json(_ json: JSON, status: Int = 200) -> Reply {
        Reply(status, headers: [(.contentType, "application/json")], body: .bytes(Array(json.compact.utf8)))
    }

    func with(_ name: HTTPField.Name, _ value: String) -> Reply {
        var reply = self
        reply.headers.append((name, value))
        return reply
    }

    /// With an entity tag that tells this body from another (RFC 9110 §8.8.3), and without the body where the asker has
    /// it already.
    func tagged(for exchange: Exchange) -> Reply {
        guard case .bytes(let bytes) = body else { return self }
        return tagged(EntityTag(of: bytes), for: exchange)
    }

    func tagged(_ tag: EntityTag, for exchange: Exchange) -> Reply {
        if let wanted = exchange.headers[.ifNoneMatch], tag.isNamed(in: wanted) {
            return Reply(304, headers: [(.eTag, tag.text)])
        }
        return with(.eTag, tag.text)
    }
}

/// A strong entity tag.
struct EntityTag: Hashable, Sendable {
    /// With its quotes.
    let text: String

    init(of bytes: [UInt8]) {
        text = "\"\(SHA256Digest(of: bytes).hex.prefix(20))\""
    }

    init(version: Int, of what: String) {
        text = "\"\(what)-\(version)\""
    }

    /// Of what is known by its digest.
    init(_ digest: SHA256Digest) {
        text = "\"\(digest.prefixed)\""
    }

    /// Whether a list of tags, or `*`, names this one. Weak comparison, as `If-None-Match` wants it.
    func isNamed(in header: String) -> Bool {
        header.split(separator: ",").contains { part in
            var tag = part.drop { $0 == " " }
            while tag.last == " " { tag.removeLast() }
            return tag == "*" || tag == text || tag == "W/\(text)"
        }
    }
}
