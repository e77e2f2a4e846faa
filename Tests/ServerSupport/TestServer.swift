import Cryptography
public import HTTPServer
public import JSONDocument
public import JobModel
public import JobStore
import Synchronization
public import TestSupport
import Workers

/// A server on a port of its own, over a store in a folder of its own and a core that does what the test says.
public final class TestServer: Sendable {
    public let store: JobStore
    public let core: FakeCore
    public let server: HTTPServer
    public let folder: Scratch
    public let port: Int
    /// An administrator's token.
    public let admin = "admin-token-of-this-test"

    private init(store: JobStore, core: FakeCore, server: HTTPServer, folder: Scratch, port: Int) {
        self.store = store
        self.core = core
        self.server = server
        self.folder = folder
        self.port = port
    }

    public var url: String { "http://127.0.0.1:\(port)" }

    /// Runs a test with a server, and ends both.
    public static func with(
        _ configure: (inout HTTPServerConfiguration) -> Void = { _ in }, environments: (any EnvironmentService)? = nil,
        images: (any ImageService)? = nil, _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = try Scratch("server")
        let store = try await blocking { try JobStore(in: folder.path) }
        let core = FakeCore(store)
        var configuration = HTTPServerConfiguration()
        configuration.address.port = 0
        configuration.version = "1.2.3"
        configure(&configuration)
        let server = try HTTPServer(
            configuration, store: store, jobs: core, environments: environments, images: images,
            clock: { core.now() })
        let (ports, tell) = AsyncStream<Int>.makeStream()
        let running = Task {
            defer { tell.finish() }
            try await server.run { tell.yield($0.port) }
        }
        var found: Int?
        for await port in ports {
            found = port
            break
        }
        guard let port = found else {
            try await running.value
            return
        }
        let test = TestServer(store: store, core: core, server: server, folder: folder, port: port)
        try await test.addToken(test.admin, user: "root", roles: [RoleGrant(.admin)])
        do {
            try await body(test)
        } catch {
            await server.stop()
            _ = try? await running.value
            await store.close()
            throw error
        }
        await server.stop()
        try await running.value
        await store.close()
    }

    /// Makes a text a token.
    public func addToken(
        _ text: String, user: String, tenant: String = "default", roles: [RoleGrant], expiresAt: Moment? = nil
    ) async throws {
        try await store.add(
            AccessToken(
                id: text, name: text, user: user, tenant: tenant, roles: roles, createdAt: core.now(),
                expiresAt: expiresAt),
            digest: SHA256Digest(of: text))
    }

    public func client() throws -> WireClient { try WireClient(port: port) }

    /// One request on a connection of its own, as the administrator or whoever has `token`.
    public func send(
        _ method: String, _ path: String, _ json: JSON? = nil, token: String? = nil, headers: [(String, String)] = []
    ) async throws -> WireClient.Answer {
        var all = headers + [("Authorization", "Bearer \(token ?? admin)")]
        if json != nil { all.append(("Content-Type", "application/json")) }
        return try await client().send(method, path, headers: all, body: json.map { Array($0.compact.utf8) })
    }

    /// Submits a job and gives its id.
    public func submit(_ json: JSON = ["file": "a.py"], token: String? = nil) async throws -> JobID {
        let answer = try await send("POST", "/api/v1/jobs", json, token: token)
        guard answer.status == 201, case .string(let text)? = answer["id"], let id = JobID(text) else {
            throw WireClient.Broken(why: answer.text)
        }
        return id
    }
}
