import Cryptography
import Foundation
import Glibc
import HTTPServer
import JSONDocument
import JobModel
import ServerSupport
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite("Blobs of the registry")
struct RegistryBlobTests {
    private let images: FakeImages

    init() throws {
        images = try FakeImages()
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt32 = 7
        // A prime number of bytes, so that no two pieces are alike.
        let pattern = (0..<65_521).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += pattern.prefix(count - bytes.count) }
        return bytes
    }

    private static func path(_ layer: [UInt8]) -> String { "/v2/env/demo/blobs/\(SHA256Digest(of: layer).prefixed)" }

    private static func head(_ server: TestServer, _ path: String, _ more: [(String, String)] = []) -> String {
        WireClient.head("GET", path, headers: [("Authorization", "Bearer \(server.admin)")] + more, length: nil)
    }

    @Test("come whole, of any size, and to HEAD with their size alone", arguments: [0, 1, 262_144, 262_145, 3_000_000])
    func whole(_ count: Int) async throws {
        let layer = Self.bytes(count)
        try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with(images: images) { server in
            let client = try server.client()
            // On one connection, so that nothing is left over between answers.
            for method in ["GET", "HEAD", "GET"] {
                let answer = try await client.send(
                    method, Self.path(layer), headers: [("Authorization", "Bearer \(server.admin)")])
                #expect(answer.status == 200 && answer.body == (method == "GET" ? layer : []))
                #expect(answer.headers["content-length"] == "\(count)")
                #expect(answer.headers["content-type"] == "application/octet-stream")
                #expect(answer.headers["docker-content-digest"] == SHA256Digest(of: layer).prefixed)
                #expect(answer.headers["accept-ranges"] == "bytes")
            }
            let held = [("If-None-Match", "\"\(SHA256Digest(of: layer).prefixed)\"")]
            #expect(try await server.send("GET", Self.path(layer), headers: held).status == 304)
        }
    }

    @Test("a range is answered with its bytes, or refused, or passed over")
    func ranges() async throws {
        let layer = Self.bytes(600_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        let tag = "\"\(SHA256Digest(of: layer).prefixed)\""
        try await TestServer.with(images: images) { server in
            func get(_ range: String, _ condition: String? = nil) async throws -> WireClient.Answer {
                let more = condition.map { [("If-Range", $0)] } ?? []
                return try await server.send("GET", Self.path(layer), headers: [("Range", range)] + more)
            }
            for (range, start, end) in [
                ("bytes=0-0", 0, 1), ("bytes=500-1499", 500, 1500), ("bytes=500-", 500, 600_000),
                ("bytes=-500", 599_500, 600_000), ("bytes=599999-700000", 599_999, 600_000),
                ("bytes=10-9223372036854775807", 10, 600_000), ("bytes=262143-524289", 262_143, 524_290),
            ] {
                let answer = try await get(range)
                #expect(answer.status == 206, "\(range)")
                #expect(answer.body == Array(layer[start..<end]), "\(range)")
                #expect(answer.headers["content-range"] == "bytes \(start)-\(end - 1)/600000")
                #expect(answer.headers["content-length"] == "\(end - start)")
            }
            for range in [
                "bytes=5-2", "bytes=600000-", "bytes=600000-600001", "bytes=-0", "bytes=9223372036854775807-",
            ] {
                let answer = try await get(range)
                #expect(answer.status == 416 && answer.headers["content-range"] == "bytes */600000", "\(range)")
                #expect(answer.text.contains("RANGE_INVALID"))
            }
            // Several at once, or none that is understood: the whole.
            for range in [
                "bytes=0-1,3-4", "bytes=" + Array(repeating: "0-", count: 1000).joined(separator: ","), "bytes=a-b",
                "bytes=", "bytes=-", "lines=1-2", "bytes=1-2-3", "bytes=99999999999999999999-",
            ] {
                let answer = try await get(range)
                #expect(answer.status == 200 && answer.body.count == 600_000, "\(range.prefix(30))")
            }
            #expect(try await get("bytes=1-2", tag).status == 206)
            #expect(try await get("bytes=1-2", "\"other\"").status == 200)
            #expect(try await get("bytes=1-2", "W/" + tag).status == 200)
            #expect(try await get("bytes=1-2", "Sun, 22 Nov 2026 10:00:00 GMT").status == 200)
            let whole = try await get("bytes=0-")
            #expect(whole.status == 200 || whole.status == 206)
            #expect(whole.body == layer)
        }
    }

    @Test("a client takes a manifest, its blobs in part and the rest of them, as crane and containerd do")
    func pull() async throws {
        let layers = [Self.bytes(400_000), Self.bytes(1_300_000)]
        try images.image("env/demo", tag: "1", layers: layers)
        try await TestServer.with(images: images) { server in
            let client = try server.client()
            let token = [("Authorization", "Bearer \(server.admin)")]
            let found = try await client.send("HEAD", "/v2/env/demo/manifests/1", headers: token)
            let digest = try #require(found.headers["docker-content-digest"])
            let manifest = try await client.send("GET", "/v2/env/demo/manifests/\(digest)", headers: token)
            #expect(SHA256Digest(of: manifest.body).prefixed == digest)
            guard case .array(let listed)? = manifest["layers"] else {
                Issue.record("\(manifest.text)")
                return
            }
            for (layer, bytes) in zip(listed, layers) {
                guard case .string(let digest)? = layer.fields?["digest"] else { continue }
                let path = "/v2/env/demo/blobs/\(digest)"
                // Broken off in the midst…
                let broken = try server.client()
                try await broken.write(Self.head(server, path))
                #expect(try await broken.head().status == 200)
                // … and gone on with.
                let rest = try await client.send(
                    "GET", path, headers: token + [("Range", "bytes=100000-"), ("If-Range", "\"\(digest)\"")])
                #expect(rest.status == 206 && SHA256Digest(of: bytes[..<100_000] + rest.body).prefixed == digest)
            }
        }
    }

    @Test("a file that is removed while it is sent is sent to its end; then it is not there")
    func removed() async throws {
        let layer = Self.bytes(24_000_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with(images: images) { server in
            let client = try server.client()
            try await client.write(Self.head(server, Self.path(layer)))
            while try await client.received() < 1000 {}
            unlink(images.path(of: SHA256Digest(of: layer)).string)
            #expect(try await client.answer().body == layer)
            let next = try await server.send("GET", Self.path(layer))
            #expect(next.status == 404 && next.text.contains("BLOB_UNKNOWN"))
        }
    }

    @Test("what is no file is not sent, nor what another name leads to")
    func strange() async throws {
        let (link, pipe) = ([UInt8]("link".utf8), [UInt8]("pipe".utf8))
        try images.image("env/demo", tag: "1", layers: [link, pipe])
        let paths = [link, pipe].map { images.path(of: SHA256Digest(of: $0)).string }
        for path in paths { unlink(path) }
        symlink("/etc/passwd", paths[0])
        mkfifo(paths[1], 0o600)
        try await TestServer.with(images: images) { server in
            for layer in [link, pipe] {
                let answer = try await server.send("GET", Self.path(layer))
                #expect(answer.status == 404)
            }
        }
    }

    @Test("a client that reads no further is left, and its place is another's")
    func hanging() async throws {
        let layer = Self.bytes(24_000_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with(
            {
                $0.limits.slowReader = 1
                $0.limits.pulls = 1
            }, images: images
        ) { server in
            let hanging = try server.client()
            try await hanging.write(Self.head(server, Self.path(layer)))
            while try await hanging.received() < 1000 {}
            // It has the only place, and is thrown out in a second.
            let other = try await server.send("GET", Self.path(layer), headers: [("Range", "bytes=0-9")])
            #expect(other.status == 206 && other.body == Array(layer[..<10]))
            await #expect(throws: WireClient.Broken.self) { try await hanging.answer() }
            #expect(Self.openFiles(of: images.path(of: SHA256Digest(of: layer))) == 0)
        }
    }

    /// How often this process has a file open.
    private static func openFiles(of path: FilePath) -> Int {
        (0..<1024).count { number in
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/\(number)", &target, target.count - 1)
            return length > 0
                && String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) == path.string
        }
    }

    @Test("more at once than there are places come one after the other, and all of them come")
    func crowd() async throws {
        let layer = Self.bytes(2_000_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with({ $0.limits.pulls = 2 }, images: images) { server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await server.send("GET", Self.path(layer)).body == layer }
                }
                for try await isWhole in group { #expect(isWhole) }
            }
        }
    }

    @Test("they come over TLS as they do without", .enabled(if: Peer.has("curl"), "needs curl"))
    func encrypted() async throws {
        let layer = Self.bytes(1_500_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        let identity = try await SelfSigned()
        try await TestServer.with(
            { $0.tls = TLSFiles(certificate: identity.certificate, key: identity.key) }, images: images
        ) { server in
            let url = "https://localhost:\(server.port)\(Self.path(layer))"
            let file = server.folder.file("pulled")
            let words = ["-s", "--cacert", identity.certificate.string, "-u", "anybody:\(server.admin)", url]
            _ = try await Command("curl", words + ["-o", file.string]).run()
            #expect(try Data(contentsOf: URL(fileURLWithPath: file.string)).elementsEqual(layer))
            let status = try await Command("curl", words + ["-r", "5-9", "-o", file.string, "-w", "%{http_code}"]).run()
            #expect(status == "206")
            #expect(try Data(contentsOf: URL(fileURLWithPath: file.string)).elementsEqual(layer[5..<10]))
        }
    }

    @Test("a token that is revoked ends what it has begun")
    func revoked() async throws {
        let layer = Self.bytes(24_000_000)
        try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with(images: images) { server in
            try await server.addToken("soon", user: "ada", roles: [RoleGrant(.viewer)])
            let client = try server.client()
            try await client.write(
                WireClient.head("GET", Self.path(layer), headers: [("Authorization", "Bearer soon")], length: nil))
            while try await client.received() < 1000 {}
            #expect(try await server.send("DELETE", "/api/v1/tokens/soon").status == 204)
            try await Task.sleep(for: .seconds(2))
            await #expect(throws: WireClient.Broken.self) { try await client.answer() }
        }
    }
}
