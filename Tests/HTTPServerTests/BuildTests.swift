import Cryptography
import Foundation
import HTTPServer
import JSONDocument
import JobAPI
import JobModel
import ServerSupport
import SystemPackage
import TestSupport
import Testing

@Suite("Builds over HTTP")
struct BuildTests {
    private let builds = FakeEnvironments()
    private let folder: Scratch
    private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 251) }

    init() throws {
        folder = try Scratch()
        builds.add("sent", .recipe, askers: ["acme/ann"])
        builds.add("named", .named, askers: ["acme/ann", "other/bob"])
        builds.add("placed", .named, askers: ["acme/ann"], deliveries: ["volume:acme/models"])
        builds.add("image", .image, askers: ["server/registry"])
        let path = try folder.write("archive", bytes)
        let archive = ServedArchive(path: path, digest: SHA256Digest(of: bytes), fileName: "features.zip")
        builds.add(archive, as: "zip", to: "sent")
        builds.add(log: Array("compiling\n".utf8), of: "demo 1.0/x.tar.gz", to: "sent")
    }

    private func with(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.with(environments: builds) { server in
            try await server.addToken("ann", user: "ann", tenant: "acme", roles: [RoleGrant(.submitter)])
            try await server.addToken("bob", user: "bob", tenant: "other", roles: [RoleGrant(.submitter)])
            try await body(server)
        }
    }

    private func ids(_ answer: WireClient.Answer) -> [String] {
        guard case .array(let items)? = answer["builds"] else { return [] }
        return items.compactMap { if case .string(let id)? = $0.fields?["id"] { id } else { nil } }
    }

    @Test("who has something is told of named environments to all, and with places and the others to administrators")
    func impact() async throws {
        try await with { server in
            let query: JSON = ["what": "numpy==2.1.0"]
            let all = try await server.send("POST", "/api/v1/impact", query)
            #expect(all.status == 200 && all["searched"] == 2, "\(all.text)")
            #expect(all.text.contains("docker://registry.example/features:1") && all.text.contains("numpy==2.1.0"))
            let own = try await server.send("POST", "/api/v1/impact", query, token: "ann")
            #expect(own.status == 200 && own["searched"] == 1, "\(own.text)")
            #expect(!own.text.contains("registry.example") && own.text.contains("features"))
            for wrong in [[:], ["what": ""], ["what": "a", "advisories": ["{}"]]] as [JSON] {
                #expect(try await server.send("POST", "/api/v1/impact", wrong).status == 422, "\(wrong)")
            }
        }
    }

    @Test("what somebody has sent or delivered is his own; what has a name is for all, but not who else asked for it")
    func visible() async throws {
        try await with { server in
            #expect(ids(try await server.send("GET", "/api/v1/builds", token: "ann")) == ["sent", "named", "placed"])
            #expect(ids(try await server.send("GET", "/api/v1/builds", token: "bob")) == ["named"])
            #expect(ids(try await server.send("GET", "/api/v1/builds")) == ["sent", "named", "placed", "image"])
            // Whoever knows the first digits of an id finds what he may look at, and nothing else.
            for (start, found) in [
                ("imag", ["image"]), ("IMAG", ["image"]), ("sent", []), ("placed", []), ("name", ["named"]),
            ] {
                #expect(
                    ids(try await server.send("GET", "/api/v1/builds?id=\(start)", token: "bob")) == found, "\(start)")
            }
            #expect(try await server.send("GET", "/api/v1/builds?id=sen").status == 422)
            #expect(try await server.send("GET", "/api/v1/builds/placed", token: "bob").status == 404)
            for path in ["", "/steps", "/logs", "/logs?source=demo%201.0%2Fx.tar.gz", "/archives/zip", "/events"] {
                let place = "/api/v1/builds/sent" + path
                #expect(try await server.send("GET", place, token: "ann").status == 200, "\(path)")
                #expect(try await server.send("GET", place).status == 200, "\(path)")
                let strange = try await server.send("GET", place, token: "bob")
                #expect(strange.status == 404 && strange["code"] == "notFound", "\(path)")
            }
            #expect(try await server.send("POST", "/api/v1/builds/sent/cancel", token: "bob").status == 404)
            let named = try await server.send("GET", "/api/v1/builds/named", token: "bob")
            #expect(named["askers"] == ["other/bob"])
            #expect(try await server.send("GET", "/api/v1/builds/named")["askers"] == ["acme/ann", "other/bob"])
            #expect(try await server.send("GET", "/api/v1/builds/image", token: "bob").status == 200)
            #expect(try await server.send("POST", "/api/v1/builds/image/cancel", token: "bob").status == 403)
        }
    }

    @Test("an archive comes whole or in parts, and is told by its digest")
    func archive() async throws {
        try await with { server in
            let place = "/api/v1/builds/sent/archives/zip"
            let tag = "\"\(SHA256Digest(of: bytes).prefixed)\""
            let whole = try await server.send("GET", place, token: "ann")
            #expect(whole.status == 200 && whole.body == bytes && whole.headers["etag"] == tag)
            #expect(whole.headers["content-type"] == "application/zip")
            #expect(whole.headers["content-disposition"] == "attachment; filename=\"features.zip\"")
            let held = try await server.send("GET", place, token: "ann", headers: [("If-None-Match", tag)])
            #expect(held.status == 304 && held.body.isEmpty)
            let part = try await server.send(
                "GET", place, token: "ann", headers: [("Range", "bytes=299990-"), ("If-Range", tag)])
            #expect(part.status == 206 && part.body == Array(bytes.suffix(10)))
            let other = try await server.send(
                "GET", place, token: "ann", headers: [("Range", "bytes=10-"), ("If-Range", "\"other\"")])
            #expect(other.status == 200 && other.body == bytes)
            let beyond = try await server.send("GET", place, token: "ann", headers: [("Range", "bytes=300000-")])
            #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */300000")
            #expect(beyond["code"] == "noSuchRange")
            let head = try await server.send("HEAD", place, token: "ann")
            #expect(head.status == 200 && head.headers["content-length"] == "300000" && head.body.isEmpty)
            #expect(try await server.send("GET", "/api/v1/builds/sent/archives/tar.gz", token: "ann").status == 404)
            try FileManager.default.removeItem(atPath: folder.file("archive").string)
            #expect(try await server.send("GET", place, token: "ann").status == 404)
        }
    }

    @Test("what a source's build has printed is told by the source's name")
    func sources() async throws {
        try await with { server in
            let place = "/api/v1/builds/sent/logs?source="
            let log = try await server.send("GET", place + "demo%201.0%2Fx.tar.gz", token: "ann")
            #expect(log.status == 200 && log.text == "compiling\n")
            #expect(try await server.send("GET", place + "other", token: "ann").status == 404)
        }
    }

    @Test("an order that may not be delivered is refused as the service says, and that is on record")
    func refused() async throws {
        let refusal = Problem(
            403, "deliveryNotAllowed", title: "no", detail: "volume x: is none", subject: "volume x", advice: "ask")
        try await TestServer.with(environments: FakeEnvironments(refusing: refusal)) { server in
            let order: JSON = ["name": "features", "deliveries": ["volume:x"]]
            let answer = try await server.send("POST", "/api/v1/environments", order)
            #expect(answer.status == 403 && answer["code"] == "deliveryNotAllowed" && answer["advice"] == "ask")
            let audit = try await server.send("GET", "/api/v1/audit")
            #expect(audit.text.contains("volume x") && audit.text.contains("denied"), "\(audit.text)")
            for wrong in ["tgz", "volume:", "docker://", "zip "] {
                let order: JSON = ["name": "features", "deliveries": [.string(wrong)]]
                #expect(try await server.send("POST", "/api/v1/environments", order).status == 422, "\(wrong)")
            }
            let many: JSON = ["name": "x", "deliveries": .array((0..<33).map { .string("volume:v\($0)") })]
            #expect(try await server.send("POST", "/api/v1/environments", many).status == 422)
        }
    }
}
