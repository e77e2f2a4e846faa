import Cryptography
import Documents
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import Registry

@Suite("Who we are", .timeLimit(.minutes(1)))
struct AccessTests {
    private let ana = "Basic " + Data("ana:secret".utf8).base64EncodedString()

    private func file(_ scratch: Scratch, _ place: String, _ secret: String = "secret") throws -> FilePath {
        let auth = Data("ana:\(secret)".utf8).base64EncodedString()
        return try scratch.write("auth.json", #"{"auths":{"\#(place)":{"auth":"\#(auth)"}}}"#)
    }

    @Test("a password goes to the registry that asks for it")
    func basic() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.access = .basic(ana) }
        let scratch = try Scratch()
        let image = try FakeImage([noise(5000)])
        let report = try await client(of: registry, files: [file(scratch, registry.host)])
            .push(image.root, from: image, to: registry.reference("a:1"))
        #expect(report.isNew)
        // One refusal, at the door.
        #expect(registry.server.requests().count { $0.header("Authorization") == nil } == 1)
    }

    @Test("a wrong password, or none, ends in one error however often the registry says 401", arguments: [true, false])
    func loops(_ hasPassword: Bool) async throws {
        let registry = try FakeRegistry()
        registry.change { $0.access = .basic("Basic never") }
        let scratch = try Scratch()
        let files = hasPassword ? [try file(scratch, registry.host, "wrong")] : []
        let image = try FakeImage([noise(50)])
        let found = await code {
            _ = try await client(of: registry, files: files)
                .push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(found == .denied)
        #expect(registry.server.requests().count <= 8)
    }

    @Test("tokens that a registry never takes end in one error")
    func tokenLoop() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.access = .token(for: nil, uses: 0) }
        let found = await code { _ = try await client(of: registry).manifest(registry.reference("a:1")) }
        #expect(found == .denied)
        #expect(registry.server.requests().count <= 6)
    }

    @Test("a token is asked for with the password, with every scope at once, and renewed when it has ended")
    func tokens() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.access = .token(for: ana, uses: 3) }
        let scratch = try Scratch()
        let image = try FakeImage([noise(5000), noise(10, seed: 3)])
        var settings = client(of: registry, files: [try file(scratch, "\(registry.host)/team")]).settings
        settings.parallel = 1
        _ = try await RegistryClient(settings).push(
            image.root, from: image, to: registry.reference("team/a:1"), mounting: ["base"])
        let asked = registry.server.requests("/token")
        #expect(asked.count > 1)
        #expect(asked.first?.query("scope") == ["repository:base:pull", "repository:team/a:pull,push"])
        #expect(asked.first?.query("service") == ["fake"])
        #expect(asked.allSatisfy { $0.header("Authorization") == ana })
        #expect(
            registry.server.requests().filter { $0.path != "/token" }.allSatisfy {
                $0.header("Authorization")?.hasPrefix("Basic") != true
            })
    }

    @Test("an identity token is exchanged by a POST")
    func identityToken() async throws {
        let registry = try FakeRegistry()
        let form =
            "grant_type=refresh_token&client_id=chidori&refresh_token=r%2Bt&service=fake&scope=repository%3Aa%3Apull"
        registry.change { $0.access = .token(for: form, uses: 100) }
        let scratch = try Scratch()
        let path = try scratch.write("c.json", #"{"auths":{"\#(registry.host)":{"identitytoken":"r+t"}}}"#)
        registry.put(
            manifest: try FakeImage([]).bytes(FakeImage([]).root.digest), type: MediaType.manifest, as: "1", in: "a")
        _ = try await client(of: registry, files: [path]).manifest(registry.reference("a:1"))
        #expect(registry.server.requests("/token").first?.method == "POST")
    }

    @Test("an upload that is led to another host goes there without our name")
    func foreignLocation() async throws {
        let (registry, other) = (try FakeRegistry(), try HTTPFixtureServer())
        registry.change { $0.access = .basic(ana) }
        let elsewhere = "127.0.0.1:\(other.port)"
        registry.interfere { request in
            guard request.header("Authorization") != nil, request.method == "POST" else { return nil }
            return HTTPReply(202).header("Location", "http://\(elsewhere)/upload?signature=abc")
        }
        other.onAnyOther { request in
            registry.put(blob: request.body, in: "a")
            return HTTPReply(201)
        }
        let scratch = try Scratch()
        let image = try FakeImage([noise(5000)])
        let files = [try file(scratch, registry.host)]
        // A host that nobody named gets nothing in plain HTTP.
        let found = await code {
            _ = try await client(of: registry, files: files)
                .push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(found == .unsafePlace)
        #expect(other.requests().isEmpty)
        _ = try await client(registry.host, elsewhere, files: files)
            .push(image.root, from: image, to: registry.reference("a:1"))
        #expect(other.requests().count == 2)
        #expect(other.requests().allSatisfy { $0.header("Authorization") == nil })
        #expect(other.requests().allSatisfy { $0.query("signature") == ["abc"] && $0.query("digest").count == 1 })
    }

    @Test("an upload does not go on in plain HTTP where a redirect led a question about it")
    func foreignQuestion() async throws {
        let (registry, other) = (try FakeRegistry(), try HTTPFixtureServer())
        registry.interfere { request in
            guard request.method == "GET", request.path.contains("/uploads/") else { return nil }
            return .redirect("http://127.0.0.1:\(other.port)/there")
        }
        other.onAnyOther { request in
            guard request.method == "GET" else { return HTTPReply(201) }
            return HTTPReply(204).header("Range", "0-99999").header("Location", "/upload")
        }
        let scratch = try Scratch()
        let image = try FakeImage([noise(300_000)], in: scratch)
        let cuts = Cuts([120_000])
        registry.server.cutBodies { request in
            guard request.method == "PUT", request.path.contains("/uploads/"),
                let size = request.header("Content-Length").flatMap({ Int($0) }), size > 120_000
            else { return nil }
            return cuts.next()
        }
        let found = await code {
            _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(found == .unsafePlace)
        #expect(other.requests().map(\.method) == ["GET"])
    }

    @Test("a blob that is elsewhere is fetched from there without our name")
    func foreignBlob() async throws {
        let (registry, other) = (try FakeRegistry(), try HTTPFixtureServer())
        registry.change { $0.access = .basic(ana) }
        let bytes = noise(5000)
        let blob = Descriptor(mediaType: MediaType.layer, of: bytes)
        registry.interfere { request in
            guard request.header("Authorization") != nil, request.path.contains("/blobs/") else { return nil }
            return .redirect("http://127.0.0.1:\(other.port)/blob")
        }
        other.on("/blob", .file(bytes))
        let scratch = try Scratch()
        let client = client(of: registry, files: [try file(scratch, registry.host)])
        #expect(try await client.bytes(of: blob, in: registry.reference("a")) == bytes)
        #expect(other.requests().allSatisfy { $0.header("Authorization") == nil })
    }

    @Test("tokens are not asked for where anyone could read the password")
    func plainRealm() async throws {
        let (registry, other) = (try FakeRegistry(), try HTTPFixtureServer())
        registry.interfere { _ in
            HTTPReply(401).header("WWW-Authenticate", #"Bearer realm="http://127.0.0.1:\#(other.port)/token""#)
        }
        let scratch = try Scratch()
        let client = client(of: registry, files: [try file(scratch, registry.host)])
        #expect(await code { _ = try await client.manifest(registry.reference("a:1")) } == .unsafePlace)
        #expect(other.requests().isEmpty)
    }

    @Test("plain HTTP is spoken only where a host was named for it")
    func plainHTTP() async throws {
        let registry = try FakeRegistry()
        let error = await #expect(throws: TransferError.self) {
            _ = try await client(attempts: 1).manifest(registry.reference("a:1"))
        }
        #expect(error?.description.contains("--plain-http \(registry.host)") == true)
        #expect(registry.server.requests().isEmpty)
    }

    @Test("a registry that is marked insecure is spoken to in plain HTTP where it has no TLS")
    func insecure() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([])
        registry.put(manifest: try image.bytes(image.root.digest), type: MediaType.manifest, as: "1", in: "a")
        var configuration = RegistriesConfiguration()
        try configuration.add(
            .init("[[registry]]\nlocation = \"\(registry.host)\"\ninsecure = true\n", name: "registries.conf"))
        let found = try await client(configuration: configuration).manifest(registry.reference("a:1"))
        #expect(found.descriptor == image.root)
    }

    @Test("no error, print or dump shows a secret")
    func secrets() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.access = .basic("Basic never") }
        let scratch = try Scratch()
        let client = client(of: registry, files: [try file(scratch, registry.host, "hunter2")])
        var said = ""
        do {
            _ = try await client.manifest(registry.reference("a:1"))
        } catch {
            dump(error, to: &said)
            said += "\(error)"
        }
        let credential = RegistryCredential.password(Credentials(user: "ana", password: "hunter2"))
        dump(credential, to: &said)
        dump(Authorization.basic(Credentials(user: "ana", password: "hunter2")), to: &said)
        #expect(!said.isEmpty)
        #expect(!said.contains("hunter2") && !said.contains(Data("ana:hunter2".utf8).base64EncodedString()))
    }
}
