import Cryptography
import HTTPServer
import JSONDocument
import JobModel
import ServerSupport
import Testing

/// The distribution spec's pull and content discovery, point by point.
@Suite("The registry")
struct RegistryTests {
    private let images: FakeImages
    private let layer = [UInt8]((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    init() throws {
        images = try FakeImages()
    }

    private static func code(_ answer: WireClient.Answer) -> JSON? {
        guard case .array(let errors)? = answer["errors"], let error = errors.first?.fields,
            case .string? = error["message"], answer.headers["content-type"] == "application/json"
        else { return nil }
        return error["code"]
    }

    private static func basic(_ user: String, _ password: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array("\(user):\(password)".utf8)
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            text += (0..<4).map { $0 > part.count ? "=" : String(letters[bits >> (18 - 6 * $0) & 63]) }.joined()
        }
        return "Basic \(text)"
    }

    @Test("says that it is one to whoever has a token, as a bearer or as the password of anybody")
    func support() async throws {
        try await TestServer.with(images: images) { server in
            try await server.addToken("seen", user: "ada", roles: [RoleGrant(.viewer)])
            for path in ["/v2/", "/v2"] {
                let answer = try await server.send("GET", path, token: "seen")
                #expect(answer.status == 200 && answer.headers["docker-distribution-api-version"] == "registry/2.0")
            }
            for user in ["", "ada", "nobody"] {
                let headers = [("Authorization", Self.basic(user, "seen"))]
                #expect(try await server.client().send("GET", "/v2/", headers: headers).status == 200)
            }
            func audit() async throws -> String { try await server.send("GET", "/api/v1/audit").text }
            #expect(try await server.client().send("GET", "/v2/").status == 401)
            #expect(try await !audit().contains("no valid token"))
            for header in [nil, Self.basic("ada", "guess"), Self.basic("seen", ""), "Bearer ", "Digest x"] {
                let headers = header.map { [("Authorization", $0)] } ?? []
                let answer = try await server.client().send("GET", "/v2/", headers: headers)
                #expect(answer.status == 401 && Self.code(answer) == "UNAUTHORIZED", "\(header ?? "no header")")
                #expect(answer.headers["www-authenticate"]?.hasPrefix("Basic realm=\"chidori\"") == true)
            }
            let record = try await audit()
            #expect(record.contains("no valid token") && record.contains("/v2"), "\(record)")
            #expect(!record.contains("guess"))
        }
    }

    @Test("is not there where the server makes no images")
    func absent() async throws {
        try await TestServer.with { server in
            let answer = try await server.send("GET", "/v2/")
            #expect(answer.status == 404 && answer["code"] == "noSuchPath")
        }
    }

    @Test("manifests come by tag and by digest, byte for byte, and to HEAD without their bytes")
    func manifests() async throws {
        let manifest = try images.image("env/demo", tag: "1.2", layers: [layer])
        try await TestServer.with(images: images) { server in
            for reference in ["1.2", manifest.digest.prefixed] {
                let path = "/v2/env/demo/manifests/\(reference)"
                let whole = try await server.send("GET", path)
                let head = try await server.send("HEAD", path)
                #expect(whole.status == 200 && whole.body == manifest.bytes)
                #expect(head.status == 200 && head.body.isEmpty)
                for answer in [whole, head] {
                    #expect(answer.headers["content-type"] == FakeImages.manifestType)
                    #expect(answer.headers["content-length"] == "\(manifest.bytes.count)")
                    #expect(answer.headers["docker-content-digest"] == manifest.digest.prefixed)
                    #expect(answer.headers["etag"] == "\"\(manifest.digest.prefixed)\"")
                }
                let again = try await server.send(
                    "GET", path, headers: [("If-None-Match", "\"\(manifest.digest.prefixed)\"")])
                #expect(again.status == 304 && again.body.isEmpty)
            }
        }
    }

    @Test("a manifest is told only to who takes its type")
    func accept() async throws {
        let path = "/v2/env/demo/manifests/1"
        try images.image("env/demo", tag: "1", layers: [])
        try await TestServer.with(images: images) { server in
            for accept in [
                "*/*", "application/*", FakeImages.manifestType,
                "application/vnd.docker.distribution.manifest.v2+json, \(FakeImages.manifestType);q=0.5",
                "text/html, */* ; q=0.1",
            ] {
                #expect(try await server.send("GET", path, headers: [("Accept", accept)]).status == 200, "\(accept)")
            }
            for accept in [
                "application/vnd.docker.distribution.manifest.v2+json", "text/*", "\(FakeImages.manifestType);q=0",
                FakeImages.manifestType + "x",
            ] {
                let answer = try await server.send("GET", path, headers: [("Accept", accept)])
                #expect(answer.status == 404 && Self.code(answer) == "MANIFEST_UNKNOWN", "\(accept)")
            }
            // As containerd sends them: a header line each.
            let several = [("Accept", "application/vnd.oci.image.index.v1+json"), ("Accept", FakeImages.manifestType)]
            #expect(try await server.send("HEAD", path, headers: several).status == 200)
        }
    }

    @Test("what is not there is told by the codes that the spec has for it")
    func unknown() async throws {
        let manifest = try images.image("env/demo", tag: "1", layers: [layer])
        let other = try images.store([1, 2, 3])
        let none = SHA256Digest(of: [9])
        try await TestServer.with(images: images) { server in
            for (path, status, code) in [
                ("env/demo/manifests/2", 404, "MANIFEST_UNKNOWN"),
                ("env/demo/manifests/.INVALID_MANIFEST_NAME", 404, "MANIFEST_UNKNOWN"),
                ("env/demo/manifests/\(none.prefixed)", 404, "MANIFEST_UNKNOWN"),
                ("env/demo/manifests/sha512:\(none.hex)\(none.hex)", 404, "MANIFEST_UNKNOWN"),
                ("env/demo/manifests/sha256:\(none.hex.dropLast())", 400, "DIGEST_INVALID"),
                ("env/demo/manifests/sha256:\(none.hex.uppercased())", 400, "DIGEST_INVALID"),
                ("env/demo/manifests/:", 400, "DIGEST_INVALID"),
                ("env/none/manifests/1", 404, "NAME_UNKNOWN"),
                ("env/none/tags/list", 404, "NAME_UNKNOWN"),
                ("env/none/referrers/\(none.prefixed)", 404, "NAME_UNKNOWN"),
                ("env/demo/blobs/\(none.prefixed)", 404, "BLOB_UNKNOWN"),
                ("env/none/blobs/\(SHA256Digest(of: layer).prefixed)", 404, "BLOB_UNKNOWN"),
                // The file is there, and no image needs it; nor is a manifest a blob.
                ("env/demo/blobs/\(other.prefixed)", 404, "BLOB_UNKNOWN"),
                ("env/demo/blobs/\(manifest.digest.prefixed)", 404, "BLOB_UNKNOWN"),
                ("env/demo/blobs/sha512:\(none.hex)\(none.hex)", 404, "BLOB_UNKNOWN"),
                ("env/demo/blobs/md5:900150983cd24fb0d6963f7d28e17f72", 404, "BLOB_UNKNOWN"),
                ("env/demo/blobs/sha256:../../../etc/passwd", 404, "UNSUPPORTED"),
                ("env/demo/blobs/sha256:..%2F..%2Fetc%2Fpasswd", 400, "DIGEST_INVALID"),
                ("env/demo/blobs/latest", 400, "DIGEST_INVALID"),
            ] {
                let answer = try await server.send("GET", "/v2/\(path)")
                #expect(answer.status == status && Self.code(answer) == .string(code), "\(path): \(answer.text)")
                #expect(try await server.send("HEAD", "/v2/\(path)").status == status, "\(path)")
            }
        }
    }

    @Test(
        "names that are none are refused, however they are written",
        arguments: [
            "../demo", "%2e%2e/demo", "..%2Fdemo", "env/../demo", "env/%2e%2e/demo", "env%2Fdemo", "env//demo", "/demo",
            "Env/demo", "env/demo/", "env/-demo", "env/demo-", "env/a..b", "env/a___b", "env/a%20b", "env/a%00b",
            "env/d%C3%A9mo", "env/%zz", "env/a:b", "env/demo@sha256", "env/\(String(repeating: "a", count: 256))",
        ])
    func names(_ name: String) async throws {
        try images.image("env/demo", tag: "1", layers: [])
        try await TestServer.with(images: images) { server in
            for path in ["manifests/1", "tags/list", "blobs/\(SHA256Digest(of: []).prefixed)"] {
                let answer = try await server.send("GET", "/v2/\(name)/\(path)")
                #expect(answer.status == 400 && Self.code(answer) == "NAME_INVALID", "\(name)/\(path): \(answer.text)")
            }
        }
    }

    @Test("nothing is written, and that is said", arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func writes(_ method: String) async throws {
        let manifest = try images.image("env/demo", tag: "1", layers: [layer])
        try await TestServer.with(images: images) { server in
            let digest = SHA256Digest(of: layer).prefixed
            for path in [
                "env/demo/blobs/uploads/", "env/demo/blobs/uploads/?mount=\(digest)&from=env/demo",
                "env/demo/blobs/uploads/1", "env/demo/manifests/1", "env/demo/manifests/\(manifest.digest.prefixed)",
                "env/demo/blobs/\(digest)",
            ] {
                let answer = try await server.send(method, "/v2/\(path)", ["a": "b"])
                #expect(answer.status == 405 && Self.code(answer) == "UNSUPPORTED", "\(method) \(path)")
                #expect(answer.headers["allow"] == "GET, HEAD")
                let stranger = try await server.client().send(method, "/v2/\(path)")
                #expect(stranger.status == 401)
            }
            #expect(try await server.send("GET", "/v2/env/demo/manifests/1").status == 200)
            #expect(try await server.send("GET", "/v2/env/demo/blobs/uploads/1").status == 405)
        }
    }

    @Test("tags come in their order, in parts where that is asked for")
    func tags() async throws {
        for tag in ["b", "a", "10", "9", "latest", "B"] { try images.image("env/demo", tag: tag, layers: []) }
        try await TestServer.with(images: images) { server in
            func tags(_ query: String) async throws -> (names: JSON?, link: String?) {
                let answer = try await server.send("GET", "/v2/env/demo/tags/list\(query)")
                #expect(answer.status == 200 && answer["name"] == "env/demo", "\(answer.text)")
                return (answer["tags"], answer.headers["link"])
            }
            #expect(try await tags("") == (["10", "9", "B", "a", "b", "latest"], nil))
            let next = "</v2/env/demo/tags/list?n=2&last=9>; rel=\"next\""
            #expect(try await tags("?n=2") == (["10", "9"], next))
            #expect(try await tags("?n=2&last=9").names == ["B", "a"])
            #expect(try await tags("?last=a") == (["b", "latest"], nil))
            #expect(try await tags("?n=2&last=a") == (["b", "latest"], nil))
            #expect(try await tags("?n=10&last=zz") == ([], nil))
            #expect(try await tags("?n=0") == ([], nil))
            #expect(try await tags("?n=99999999999999999999&last=b") == (["latest"], nil))
            for bad in ["-1", "x", ""] {
                let answer = try await server.send("GET", "/v2/env/demo/tags/list?n=\(bad)")
                #expect(answer.status == 400 && Self.code(answer) == "PAGINATION_NUMBER_INVALID")
            }
            let catalog = try await server.send("GET", "/v2/_catalog?n=5")
            #expect(catalog["repositories"] == ["env/demo"])
        }
    }

    @Test("referrers are an index, of one type where that is asked for")
    func referrers() async throws {
        let manifest = try images.image("env/demo", tag: "1", layers: [])
        func referrer(_ type: String, _ byte: UInt8) -> Referrer {
            Referrer(
                manifest: ServedManifest(
                    digest: SHA256Digest(of: [byte]), mediaType: FakeImages.manifestType, bytes: [byte, 10]),
                artifactType: type, annotations: ["made": "today"])
        }
        images.refer(referrer("application/spdx+json", 1), to: manifest.digest, in: "env/demo")
        images.refer(referrer("application/vnd.in-toto+json", 2), to: manifest.digest, in: "env/demo")
        try await TestServer.with(images: images) { server in
            func list(_ digest: String, _ query: String = "") async throws -> WireClient.Answer {
                let answer = try await server.send("GET", "/v2/env/demo/referrers/\(digest)\(query)")
                #expect(answer.status == 200 && answer["schemaVersion"] == 2)
                #expect(answer.headers["content-type"] == "application/vnd.oci.image.index.v1+json")
                #expect(answer["mediaType"] == "application/vnd.oci.image.index.v1+json")
                return answer
            }
            func count(_ answer: WireClient.Answer) -> Int? {
                if case .array(let items)? = answer["manifests"] { items.count } else { nil }
            }
            let all = try await list(manifest.digest.prefixed)
            #expect(count(all) == 2 && all.headers["oci-filters-applied"] == nil)
            let some = try await list(manifest.digest.prefixed, "?artifactType=application%2Fspdx%2Bjson")
            #expect(some.headers["oci-filters-applied"] == "artifactType")
            #expect(
                some["manifests"] == [
                    [
                        "mediaType": .string(FakeImages.manifestType),
                        "digest": .string(SHA256Digest(of: [1]).prefixed), "size": 2,
                        "artifactType": "application/spdx+json", "annotations": ["made": "today"],
                    ]
                ])
            let none = try await list(manifest.digest.prefixed, "?artifactType=none/such")
            #expect(count(none) == 0 && none.headers["oci-filters-applied"] == "artifactType")
            #expect(count(try await list(SHA256Digest(of: [7]).prefixed)) == 0)
            let sha512 = SHA256Digest(of: [7]).hex + SHA256Digest(of: [7]).hex
            #expect(count(try await list("sha512:" + sha512)) == 0)
            let bad = try await server.send("GET", "/v2/env/demo/referrers/1")
            #expect(bad.status == 400 && Self.code(bad) == "DIGEST_INVALID")
        }
    }

    @Test("an image that is being made is told to come back for, and where to watch it")
    func making() async throws {
        images.answer(.making(build: "0123abcd", message: "layers: 3 to do"), in: "recipe/demo")
        try await TestServer.with({ $0.limits.making = 1 }, images: images) { server in
            let begin = ContinuousClock.now
            let answer = try await server.send("GET", "/v2/recipe/demo/manifests/latest")
            // As long as the limit says, which is no client's pause.
            #expect(ContinuousClock.now - begin >= .seconds(1))
            #expect(answer.status == 503 && Self.code(answer) == "UNAVAILABLE")
            #expect(answer.headers["retry-after"] == "5")
            #expect(answer.text.contains("layers: 3 to do") && answer.text.contains("/api/v1/builds/0123abcd"))
            let head = try await server.send("HEAD", "/v2/recipe/demo/manifests/latest")
            #expect(head.status == 503 && head.headers["retry-after"] == "5")
        }
    }

    @Test("who waits for an image when the server stops is told to come back, at once")
    func stopping() async throws {
        images.answer(.making(build: "0123abcd", message: "layers: 3 to do"), in: "recipe/demo")
        try await TestServer.with({ $0.limits.making = 3600 }, images: images) { server in
            async let waiting = server.send("GET", "/v2/recipe/demo/manifests/latest")
            while images.waiters == 0 { try await Task.sleep(for: .milliseconds(5)) }
            await server.server.stop()
            let answer = try await waiting
            #expect(answer.status == 503 && Self.code(answer) == "UNAVAILABLE")
            #expect(answer.headers["retry-after"] == "5")
        }
    }

    @Test("other hosts' names are refused here too, in the registry's form")
    func host() async throws {
        try await TestServer.with(images: images) { server in
            let answer = try await server.send("GET", "/v2/", headers: [("Host", "evil.example")])
            #expect(answer.status == 421 && Self.code(answer) == "UNKNOWN")
        }
    }
}
