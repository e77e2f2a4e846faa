import ContentStore
import Cryptography
import Documents
import Foundation
import ImageSpec
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import Registry

@Suite("Pulling", .timeLimit(.minutes(1)))
struct PullTests {
    let registry: FakeRegistry
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        registry = try FakeRegistry()
        scratch = try Scratch("pull")
        store = ContentStore(at: scratch.file("data"))
    }

    private let amd64 = Platform(architecture: "amd64")

    private func published(_ image: FakeImage, as name: String = "a:1") async throws {
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference(name))
        registry.server.forgetRequests()
    }

    @Test("every blob and document comes into the store, and is not fetched again")
    func whole() async throws {
        let image = try FakeImage([noise(300_000), noise(100, seed: 2)])
        try await published(image)
        let client = client(of: registry)
        let pulled = try await client.pull(registry.reference("a:1"), .one(amd64), into: store)
        #expect(pulled.chosen == image.root)
        #expect(pulled.received > 300_000)
        for digest in image.blobs.keys { #expect(try store.bytes(of: digest) == image.bytes(digest)) }
        let again = try await client.pull(registry.reference("a:1"), .one(amd64), into: store)
        #expect(again.received == 0)
    }

    @Test("of an index the platform's image comes alone, or all of them")
    func platforms() async throws {
        let arm = try FakeImage([noise(10, seed: 2)], architecture: "arm64")
        let image = FakeImage(index: [
            (try FakeImage([noise(10)]), amd64), (arm, Platform(architecture: "arm64", variant: "v8")),
        ])
        try await published(image)
        let client = client(of: registry)
        let one = try await client.pull(
            registry.reference("a:1"), .one(Platform(architecture: "arm64")), into: store)
        #expect(one.chosen.digest == arm.root.digest)
        #expect(one.blobs.count == 2)
        let all = try await client.pull(registry.reference("a:1"), .all, into: store)
        #expect(all.chosen == image.root && all.blobs.count == 4)
        let missing = await code {
            _ = try await client.pull(
                registry.reference("a:1"), .one(Platform(architecture: "s390x")), into: store)
        }
        #expect(missing == .noPlatform)
    }

    @Test("several blobs are under way at once, and how far each is is told")
    func progress() async throws {
        let layers = (0..<4).map { noise(900_000, seed: UInt64($0 + 1)) }
        try await published(try FakeImage(layers))
        // None is sent before two are asked for.
        let meeting = Mutex(0)
        let waited = Atomic(0)
        registry.interfere { request in
            guard request.method == "GET", request.path.contains("/blobs/") else { return nil }
            meeting.withLock { $0 += 1 }
            for _ in 0..<400 where meeting.withLock({ $0 < 2 }) { usleep(10_000) }
            if meeting.withLock({ $0 < 2 }) { waited.add(1, ordering: .relaxed) }
            return nil
        }
        let told = Mutex<[SHA256Digest: [UInt64]]>([:])
        let ended = Mutex<[SHA256Digest: RegistryEvent.Arrival]>([:])
        _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store) { event in
            switch event {
            case .receiving(let blob, let bytes): told.withLock { $0[blob.digest, default: []].append(bytes) }
            case .arrived(let blob, let arrival): ended.withLock { $0[blob.digest] = arrival }
            case .sending: Issue.record("a pull sends nothing")
            }
        }
        #expect(waited.load(ordering: .relaxed) == 0)
        let (events, arrivals) = (told.withLock { $0 }, ended.withLock { $0 })
        for layer in layers.map({ SHA256Digest(of: $0) }) {
            let bytes = try #require(events[layer])
            // Every quarter of a MiB, and at the end.
            #expect(bytes.count == 4 && bytes == bytes.sorted() && bytes.last == 900_000, "\(bytes)")
            #expect(arrivals[layer] == .transferred(900_000))
        }
    }

    @Test("tokens that end again and again are renewed, as long as they bring the download further")
    func expiring() async throws {
        let image = try FakeImage((0..<8).map { noise(20_000, seed: UInt64($0 + 1)) })
        try await published(image)
        registry.change { $0.access = .token(for: nil, uses: 2) }
        let ended = Cuts([1, 1])
        let layer = SHA256Digest(of: noise(20_000, seed: 3)).prefixed
        registry.interfere { request in
            guard request.method == "GET", request.path.hasSuffix(layer), ended.next() != nil else { return nil }
            return HTTPReply(401)
        }
        // One after the other: each token is good for one blob.
        var settings = client(of: registry).settings
        settings.parallel = 1
        let pulled = try await RegistryClient(settings).pull(registry.reference("a:1"), .one(amd64), into: store)
        #expect(pulled.blobs.count == 9)
        for digest in image.blobs.keys { #expect(try store.bytes(of: digest) == image.bytes(digest)) }
    }

    @Test("a blob that is refused for ever ends in an error")
    func refusedForEver() async throws {
        try await published(try FakeImage([noise(500)]))
        registry.interfere { request in
            request.method == "GET" && request.path.contains("/blobs/") ? HTTPReply(401) : nil
        }
        await #expect(throws: (any Error).self) {
            _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store)
        }
        #expect(registry.server.requests().count < 100)
    }

    @Test("a blob that is found missing only with a new token is told as that")
    func missingAfterRenewal() async throws {
        let layer = noise(500)
        try await published(try FakeImage([layer]))
        let ended = Cuts([1])
        registry.interfere { request in
            guard request.method == "GET", request.path.hasSuffix(SHA256Digest(of: layer).prefixed) else { return nil }
            return HTTPReply(ended.next() == nil ? 404 : 401)
        }
        let error = await #expect(throws: RegistryError.self) {
            _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store)
        }
        #expect(error?.code == .notFound && error?.message.contains("lacks its blob") == true)
    }

    @Test("an image of more than a thousand manifests, and a list of what is no image, are refused")
    func graphs() async throws {
        func manifest(_ number: Int) -> RegistryManifest {
            RegistryManifest(
                mediaType: MediaType.manifest,
                ImageManifest(
                    configuration: Descriptor(mediaType: MediaType.configuration, of: []), layers: [],
                    annotations: ["number": "\(number)"]
                ).bytes)
        }
        func refusal(_ entries: [RegistryManifest], _ more: [Descriptor] = []) async -> RegistryError? {
            let index = ImageIndex(manifests: entries.map(\.descriptor) + more)
            let known = Dictionary(uniqueKeysWithValues: entries.map { ($0.descriptor.digest, $0) })
            do {
                var graph = ImageGraph(name: "many")
                try await graph.add(RegistryManifest(mediaType: MediaType.index, index.bytes), .all) { entry in
                    try #require(known[entry.digest])
                }
                #expect(graph.documents.count == entries.count + 1)
                return nil
            } catch {
                return error as? RegistryError
            }
        }
        #expect(await refusal((0..<999).map(manifest)) == nil)
        let many = await refusal((0..<1001).map(manifest))
        #expect(many?.code == .tooLarge && many?.message == "has more than a thousand manifests")
        let foreign = Descriptor(mediaType: "application/vnd.example.chart", of: [1])
        let other = await refusal([manifest(1)], [foreign])
        #expect(other?.code == .unsupported && other?.message.contains("application/vnd.example.chart") == true)
    }

    @Test("a download that breaks off goes on")
    func resumed() async throws {
        let layer = noise(400_000)
        let image = try FakeImage([layer])
        try await published(image)
        let once = Cuts([1])
        registry.interfere { request in
            guard request.path.hasSuffix(SHA256Digest(of: layer).prefixed), once.next() != nil else { return nil }
            return HTTPReply.file(layer).dropped(after: 150_000)
        }
        _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store)
        #expect(try store.bytes(of: SHA256Digest(of: layer)) == layer)
        #expect(registry.server.requests().contains { $0.header("Range") == "bytes=150000-" })
    }

    @Test("a blob with another content, or cut short, does not get into the store", arguments: [true, false])
    func wrongBlob(_ isShort: Bool) async throws {
        let layer = noise(5000)
        try await published(try FakeImage([layer]))
        let other = isShort ? Array(layer.prefix(4000)) : noise(5000, seed: 9)
        registry.interfere { $0.path.hasSuffix(SHA256Digest(of: layer).prefixed) ? HTTPReply.file(other) : nil }
        await #expect(throws: TransferError.self) {
            _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store)
        }
        #expect(try !store.contains(SHA256Digest(of: layer)))
    }

    @Test("a manifest with another digest than asked for is refused")
    func wrongManifest() async throws {
        let image = try FakeImage([noise(10)])
        try await published(image)
        let bytes = try image.bytes(image.root.digest)
        registry.interfere { request in
            guard request.path.contains("/manifests/") else { return nil }
            return HTTPReply(200, bytes + [0x20], type: MediaType.manifest)
        }
        let pinned = try registry.reference("a").with(digest: image.root.digest)
        #expect(await code { _ = try await client(of: registry).manifest(pinned) } == .mismatch)
    }

    @Test("a manifest of more than 4 MiB is not read")
    func huge() async throws {
        registry.interfere { request in
            guard request.path.contains("/manifests/") else { return nil }
            return HTTPReply(200, [UInt8](repeating: 0x20, count: 5 << 20), type: MediaType.manifest)
        }
        let error = await #expect(throws: TransferError.self) {
            _ = try await client(of: registry).manifest(registry.reference("a:1"))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("manifests and lists that are too much together are refused, however small each of them is")
    func budgets() async throws {
        let image = try FakeImage(
            index: (0..<4).map { (try FakeImage([noise(10, seed: UInt64($0 + 1))]), amd64) })
        func fetched(_ entry: Descriptor) throws -> RegistryManifest {
            RegistryManifest(mediaType: entry.mediaType, try image.bytes(entry.digest))
        }
        func found(_ budget: Int) async -> RegistryErrorCode? {
            await code {
                var graph = ImageGraph(name: "x", budget: budget)
                try await graph.add(try fetched(image.root), .all) { try fetched($0) }
                #expect(graph.documents.count == 5)
            }
        }
        let size = try image.blobs.keys.map { try image.bytes($0) }
            .filter { RegistryClient.mediaType(in: $0) != nil }.reduce(0) { $0 + $1.count }
        #expect(await found(size) == nil)
        #expect(await found(size - 1) == .tooLarge)

        registry.interfere { request in
            guard request.path == "/v2/a/tags/list" else { return nil }
            let page = request.query("page").first.flatMap { Int($0) } ?? 0
            let text = #"{"tags":["\#(page)"]}"# + String(repeating: " ", count: 1000)
            return HTTPReply(200, text.utf8).header("Link", "</v2/a/tags/list?page=\(page + 1)>; rel=\"next\"")
        }
        let client = client(of: registry)
        let endpoint = try client.writing(registry.reference("a"))
        let first = try await client.authenticator.access(of: endpoint).url("a", "tags/list")
        #expect(await code { try await client.pages(from: first, at: endpoint, budget: 10_000) { _ in } } == .tooLarge)
        #expect(registry.server.requests("/v2/a/tags/list").count == 10)
    }

    @Test("indexes that nest too deeply, and JSON that does, are refused")
    func deep() async throws {
        var image = try FakeImage([noise(10)])
        for _ in 0..<6 { image = FakeImage(index: [(image, amd64)]) }
        for (digest, source) in image.blobs {
            guard case .bytes(let bytes) = source else { continue }
            if let type = RegistryClient.mediaType(in: bytes), type != MediaType.layer {
                registry.put(manifest: bytes, type: type, as: digest == image.root.digest ? "1" : nil, in: "a")
            }
            registry.put(blob: bytes, in: "a")
        }
        #expect(
            await code { _ = try await client(of: registry).pull(registry.reference("a:1"), .all, into: store) }
                == .tooLarge)
        let nested = String(repeating: "[", count: 10_000)
        registry.put(
            manifest: Array(#"{"schemaVersion":2,"config":\#(nested)"#.utf8), type: MediaType.manifest, as: "2", in: "a"
        )
        await #expect(throws: ImageSpecError.self) {
            _ = try await client(of: registry).pull(registry.reference("a:2"), .all, into: store)
        }
    }

    @Test(
        "what is no image is told as that",
        arguments: [
            "text/html", "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "application/vnd.cncf.helm.x+json",
        ])
    func foreignTypes(_ type: String) async throws {
        registry.put(manifest: Array("<html>".utf8), type: type, as: "1", in: "a")
        #expect(await code { _ = try await client(of: registry).manifest(registry.reference("a:1")) } == .unsupported)
    }

    @Test("a layer that its registry does not hand on is refused before anything is fetched")
    func foreignLayer() async throws {
        let configuration = ImageConfiguration(platform: amd64).bytes
        let text = """
            {"schemaVersion":2,"mediaType":"\(MediaType.manifest)","config":{"mediaType":"\(MediaType.configuration)",\
            "digest":"\(SHA256Digest(of: configuration).prefixed)","size":\(configuration.count)},"layers":[{"mediaType":\
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"\(SHA256Digest(of: "x").prefixed)",\
            "size":1,"urls":["http://127.0.0.1:1/x"]}]}
            """
        registry.put(blob: configuration, in: "a")
        registry.put(manifest: Array(text.utf8), type: MediaType.manifest, as: "1", in: "a")
        #expect(
            await code { _ = try await client(of: registry).pull(registry.reference("a:1"), .one(amd64), into: store) }
                == .unsupported)
    }

    @Test("a mirror is asked first, and passed over where it fails or lies")
    func mirrors() async throws {
        let layer = noise(5000)
        let image = try FakeImage([layer])
        try await published(image)
        let mirror = try FakeRegistry()
        _ = try await client(of: mirror).push(image.root, from: image, to: mirror.reference("copies/a:1"))
        mirror.server.forgetRequests()
        var configuration = RegistriesConfiguration()
        try configuration.add(
            .init(
                """
                [[registry]]
                location = "\(registry.host)"
                [[registry.mirror]]
                location = "127.0.0.1:1/nobody"
                insecure = true
                [[registry.mirror]]
                location = "\(mirror.host)/copies"
                """, name: "registries.conf"))
        let shared = configuration
        func asking() -> RegistryClient { client(registry.host, mirror.host, configuration: shared) }
        _ = try await asking().pull(registry.reference("a:1"), .one(amd64), into: store)
        #expect(registry.server.requests().isEmpty)
        #expect(mirror.server.requests().count > 2)
        // One that has nothing is passed over.
        mirror.interfere { _ in HTTPReply(404) }
        let other = ContentStore(at: scratch.file("other"))
        _ = try await asking().pull(registry.reference("a:1"), .one(amd64), into: other)
        #expect(try other.contains(image.root.digest))
        // So is one that sends another blob, whole or broken off, of which nothing is left in what the registry then sends.
        let lie = HTTPReply.file(noise(5000, seed: 9))
        for (number, reply) in [lie, HTTPReply.file(noise(5001)), lie.dropped(after: 3000)].enumerated() {
            registry.server.forgetRequests()
            mirror.interfere { $0.path.hasSuffix(SHA256Digest(of: layer).prefixed) ? reply : nil }
            let store = ContentStore(at: scratch.file("lie-\(number)"))
            _ = try await asking().pull(registry.reference("a:1"), .one(amd64), into: store)
            #expect(try store.bytes(of: SHA256Digest(of: layer)) == layer)
            let asked = Set(registry.server.requests().map(\.path)).subtracting(["/v2/"])
            #expect(asked == ["/v2/a/blobs/\(SHA256Digest(of: layer).prefixed)"])
        }
        // And one that sends another manifest than the digest is of.
        let bytes = try image.bytes(image.root.digest)
        mirror.interfere { request in
            request.path.contains("/manifests/") ? HTTPReply(200, bytes + [0x20], type: MediaType.manifest) : nil
        }
        let pinned = try registry.reference("a").with(digest: image.root.digest)
        #expect(try await asking().manifest(pinned).bytes == bytes)
    }

    @Test("tags come page by page, and a list without an end ends")
    func tags() async throws {
        registry.interfere { request in
            guard request.path == "/v2/a/tags/list" else { return nil }
            let last = request.query("last").first ?? ""
            let page = last.isEmpty ? "1" : last == "1" ? "2" : "3"
            let reply = HTTPReply(200, #"{"name":"a","tags":["\#(page)"]}"#.utf8, type: "application/json")
            return page == "3" ? reply : reply.header("Link", "</v2/a/tags/list?last=\(page)>; rel=\"next\"")
        }
        #expect(try await client(of: registry).tags(of: registry.reference("a")) == ["1", "2", "3"])
        registry.interfere { request in
            guard request.path == "/v2/a/tags/list" else { return nil }
            return HTTPReply(200, #"{"tags":[]}"#.utf8).header("Link", "</v2/a/tags/list>; rel=\"next\"")
        }
        #expect(await code { _ = try await client(of: registry).tags(of: registry.reference("a")) } == .tooLarge)
        registry.interfere { request in
            guard request.path == "/v2/a/tags/list" else { return nil }
            return HTTPReply(200, #"{"tags":[]}"#.utf8).header("Link", "<http://localhost:1/v2/x>; rel=\"next\"")
        }
        #expect(await code { _ = try await client(of: registry).tags(of: registry.reference("a")) } == .unsafePlace)
    }
}
