public import Cryptography
import Foundation
import Synchronization

/// A registry in memory (OCI distribution-spec), on an ``HTTPFixtureServer``, that misbehaves where a test says so.
public final class FakeRegistry: Sendable {
    /// What it is like.
    public struct Manner: Sendable {
        /// Whether it keeps lists of referrers itself.
        public var keepsReferrers = false
        /// Whether `Location` is a path without a host.
        public var hasRelativeLocations = true
        /// Whether it takes blobs from its other repositories.
        public var mounts = true
        /// Whether it takes blobs in pieces.
        public var takesPieces = true
        /// Who may ask; everybody if `nil`. The token service is the registry itself.
        public var access: Access?

        public init() {}
    }

    public enum Access: Sendable {
        /// `Authorization` must be this.
        case basic(String)
        /// Tokens, given to whoever says this (`nil`: to everybody), good for so many uses.
        case token(for: String?, uses: Int)
    }

    private struct State {
        var manner = Manner()
        var blobs: [String: [String: [UInt8]]] = [:]
        var manifests: [String: [String: (type: String, bytes: [UInt8])]] = [:]
        var uploads: [String: [UInt8]] = [:]
        var tokens: [String: Int] = [:]
        var serial = 0
        var interfere: @Sendable (HTTPRequest) -> HTTPReply? = { _ in nil }
    }

    public let server: HTTPFixtureServer
    private let state = Mutex(State())

    public init(_ manner: Manner = Manner()) throws {
        server = try HTTPFixtureServer()
        state.withLock { $0.manner = manner }
        server.onAnyOther { [weak self] request in self?.answer(request) ?? HTTPReply(503) }
    }

    /// `127.0.0.1:PORT`.
    public var host: String { "127.0.0.1:\(server.port)" }

    /// Answers requests in the registry's place, where it answers at all.
    public func interfere(_ body: @escaping @Sendable (HTTPRequest) -> HTTPReply?) {
        state.withLock { $0.interfere = body }
    }

    public func change(_ body: @Sendable (inout Manner) -> Void) {
        state.withLock { body(&$0.manner) }
    }

    // MARK: - What it holds

    public func blob(_ digest: SHA256Digest, in repository: String) -> [UInt8]? {
        state.withLock { $0.blobs[repository]?[digest.prefixed] }
    }

    public func manifest(_ name: String, in repository: String) -> [UInt8]? {
        state.withLock { $0.manifests[repository]?[name]?.bytes }
    }

    public func names(in repository: String) -> [String] {
        state.withLock { ($0.manifests[repository] ?? [:]).keys.sorted() }
    }

    /// Uploads that were begun and not ended.
    public var openUploads: Int { state.withLock { $0.uploads.count } }

    @discardableResult
    public func put(blob bytes: [UInt8], in repository: String) -> SHA256Digest {
        let digest = SHA256Digest(of: bytes)
        state.withLock { $0.blobs[repository, default: [:]][digest.prefixed] = bytes }
        return digest
    }

    /// Deletes a blob, whatever needs it.
    public func lose(_ digest: SHA256Digest, in repository: String) {
        state.withLock { $0.blobs[repository]?[digest.prefixed] = nil }
    }

    @discardableResult
    public func put(manifest bytes: [UInt8], type: String, as name: String? = nil, in repository: String)
        -> SHA256Digest
    {
        let digest = SHA256Digest(of: bytes)
        state.withLock { state in
            state.manifests[repository, default: [:]][digest.prefixed] = (type, bytes)
            if let name { state.manifests[repository, default: [:]][name] = (type, bytes) }
        }
        return digest
    }

    // MARK: - Answers

    private func answer(_ request: HTTPRequest) -> HTTPReply {
        let interfere = state.withLock { $0.interfere }
        if let reply = interfere(request) { return reply }
        return state.withLock { state in
            if request.path == "/token" { return Self.token(request, &state) }
            if let refusal = Self.refusal(request, &state, server) { return refusal }
            if request.path == "/v2/" { return HTTPReply(200, "{}".utf8, type: "application/json") }
            let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count > 4, parts[1] == "v2" else { return Self.error(404, "NAME_UNKNOWN") }
            let last = parts[parts.count - 1]
            switch parts[parts.count - 2] {
            case "manifests":
                return Self.manifest(request, parts[2..<parts.count - 2].joined(separator: "/"), last, &state)
            case "tags":
                let repository = parts[2..<parts.count - 2].joined(separator: "/")
                guard let manifests = state.manifests[repository] else { return Self.error(404, "NAME_UNKNOWN") }
                let tags = manifests.keys.filter { !$0.hasPrefix("sha256:") }.sorted().map { "\"\($0)\"" }
                let text = #"{"name":"\#(repository)","tags":[\#(tags.joined(separator: ","))]}"#
                return HTTPReply(200, text.utf8, type: "application/json")
            case "referrers":
                return Self.referrers(of: last, parts[2..<parts.count - 2].joined(separator: "/"), state)
            case "blobs":
                let repository = parts[2..<parts.count - 2].joined(separator: "/")
                guard let bytes = state.blobs[repository]?[last] else { return Self.error(404, "BLOB_UNKNOWN") }
                return HTTPReply.file(bytes).header("Docker-Content-Digest", last)
            case "uploads":
                let repository = parts[2..<parts.count - 3].joined(separator: "/")
                return upload(request, repository, last, &state)
            default: return Self.error(404, "UNSUPPORTED")
            }
        }
    }

    private static func manifest(
        _ request: HTTPRequest, _ repository: String, _ name: String, _ state: inout State
    ) -> HTTPReply {
        guard request.method == "PUT" else {
            guard let found = state.manifests[repository]?[name] else { return error(404, "MANIFEST_UNKNOWN") }
            return HTTPReply(200, found.bytes, type: found.type)
                .header("Docker-Content-Digest", SHA256Digest(of: found.bytes).prefixed)
        }
        let digest = SHA256Digest(of: request.body).prefixed
        guard !name.hasPrefix("sha256:") || name == digest else { return error(400, "DIGEST_INVALID") }
        let fields = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any] ?? [:]
        let blobs = [fields["config"] as? [String: Any]] + (fields["layers"] as? [[String: Any]] ?? []).map { $0 }
        for blob in blobs.compactMap({ $0?["digest"] as? String }) where state.blobs[repository]?[blob] == nil {
            return error(400, "MANIFEST_BLOB_UNKNOWN")
        }
        for entry in fields["manifests"] as? [[String: Any]] ?? [] {
            guard let digest = entry["digest"] as? String, state.manifests[repository]?[digest] != nil else {
                return error(400, "MANIFEST_UNKNOWN")
            }
        }
        let type = request.header("Content-Type") ?? ""
        state.manifests[repository, default: [:]][name] = (type, request.body)
        state.manifests[repository, default: [:]][digest] = (type, request.body)
        var reply = HTTPReply(201).header("Docker-Content-Digest", digest)
        if state.manner.keepsReferrers, let subject = (fields["subject"] as? [String: Any])?["digest"] as? String {
            reply = reply.header("OCI-Subject", subject)
        }
        return reply
    }

    private static func referrers(of subject: String, _ repository: String, _ state: State) -> HTTPReply {
        guard state.manner.keepsReferrers else { return HTTPReply(404, "404 page not found".utf8, type: "text/plain") }
        let found = (state.manifests[repository] ?? [:]).filter { $0.key.hasPrefix("sha256:") }.compactMap {
            digest, manifest -> String? in
            let fields = (try? JSONSerialization.jsonObject(with: Data(manifest.bytes))) as? [String: Any]
            guard (fields?["subject"] as? [String: Any])?["digest"] as? String == subject else { return nil }
            let type = fields?["artifactType"] as? String ?? ""
            return
                #"{"mediaType":"\#(manifest.type)","digest":"\#(digest)","size":\#(manifest.bytes.count),"artifactType":"\#(type)"}"#
        }
        let type = "application/vnd.oci.image.index.v1+json"
        let text =
            #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(found.sorted().joined(separator: ","))]}"#
        return HTTPReply(200, text.utf8, type: type)
    }

    private func upload(
        _ request: HTTPRequest, _ repository: String, _ id: String, _ state: inout State
    ) -> HTTPReply {
        func located(_ status: Int, _ id: String, _ count: Int) -> HTTPReply {
            let path = "/v2/\(repository)/blobs/uploads/\(id)?_state=secret-\(count)"
            return HTTPReply(status)
                .header("Location", state.manner.hasRelativeLocations ? path : server.url(path))
                .header("Range", "0-\(max(0, count - 1))").header("Docker-Upload-UUID", id)
        }
        switch (request.method, id.isEmpty) {
        case ("POST", true):
            if let digest = request.query("mount").first, let other = request.query("from").first, state.manner.mounts,
                let bytes = state.blobs[other]?[digest]
            {
                state.blobs[repository, default: [:]][digest] = bytes
                return HTTPReply(201).header("Location", "/v2/\(repository)/blobs/\(digest)")
            }
            state.serial += 1
            state.uploads["\(state.serial)"] = []
            return located(202, "\(state.serial)", 0)
        case (let method, false):
            guard var bytes = state.uploads[id] else { return Self.error(404, "BLOB_UPLOAD_UNKNOWN") }
            if method == "GET" { return located(204, id, bytes.count) }
            if method == "PATCH" {
                guard state.manner.takesPieces else { return Self.error(405, "UNSUPPORTED") }
                let start = request.header("Content-Range").flatMap { Int($0.prefix { $0 != "-" }) }
                guard start == bytes.count else { return located(416, id, bytes.count) }
            }
            bytes += request.body
            state.uploads[id] = bytes
            // What was cut off is kept, as registries do.
            let isWhole = request.header("Content-Length").flatMap { Int($0) } ?? 0 == request.body.count
            guard isWhole, method == "PUT" else { return located(202, id, bytes.count) }
            let digest = SHA256Digest(of: bytes).prefixed
            state.uploads[id] = nil
            guard request.query("digest") == [digest] else { return Self.error(400, "DIGEST_INVALID") }
            state.blobs[repository, default: [:]][digest] = bytes
            return HTTPReply(201).header("Location", "/v2/\(repository)/blobs/\(digest)")
                .header("Docker-Content-Digest", digest)
        default: return Self.error(405, "UNSUPPORTED")
        }
    }

    // MARK: - Access

    private static func refusal(
        _ request: HTTPRequest, _ state: inout State, _ server: HTTPFixtureServer
    ) -> HTTPReply? {
        let said = request.header("Authorization")
        switch state.manner.access {
        case nil: return nil
        case .basic(let expected):
            return said == expected
                ? nil : error(401, "UNAUTHORIZED").header("WWW-Authenticate", #"Basic realm="fake""#)
        case .token:
            if let said, let uses = state.tokens[said], uses > 0 {
                state.tokens[said] = uses - 1
                return nil
            }
            return error(401, "UNAUTHORIZED").header(
                "WWW-Authenticate", #"Bearer realm="\#(server.url("/token"))",service="fake",scope="""#)
        }
    }

    private static func token(_ request: HTTPRequest, _ state: inout State) -> HTTPReply {
        guard case .token(let expected, let uses) = state.manner.access else { return error(404, "UNSUPPORTED") }
        guard
            expected == nil || request.header("Authorization") == expected
                || expected == String(decoding: request.body, as: UTF8.self)
        else { return error(401, "UNAUTHORIZED") }
        state.serial += 1
        let token = "token-\(state.serial)"
        state.tokens["Bearer \(token)"] = uses
        return HTTPReply(200, #"{"token":"\#(token)","expires_in":300}"#.utf8, type: "application/json")
    }

    private static func error(_ status: Int, _ code: String) -> HTTPReply {
        HTTPReply(
            status, #"{"errors":[{"code":"\#(code)","message":"fake: \#(code.lowercased())"}]}"#.utf8,
            type: "application/json")
    }
}
