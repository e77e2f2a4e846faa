import ContentStore
import Cryptography
import Foundation
import ImageSpec
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import Registry

@Suite("Pushing", .timeLimit(.minutes(1)))
struct PushTests {
    @Test("an image is there afterwards, byte for byte, its tag last", arguments: [true, false])
    func whole(_ relative: Bool) async throws {
        let registry = try FakeRegistry()
        registry.change { $0.hasRelativeLocations = relative }
        let image = try FakeImage([noise(100_000), noise(10, seed: 2), []])
        let report = try await client(of: registry).push(image.root, from: image, to: registry.reference("team/a:1"))
        #expect(report.sent == 4 && report.isNew)
        for digest in image.blobs.keys where digest != image.root.digest {
            #expect(try registry.blob(digest, in: "team/a") == image.bytes(digest))
        }
        #expect(try registry.manifest("1", in: "team/a") == image.bytes(image.root.digest))
        #expect(registry.server.requests().last { $0.method != "HEAD" }?.path == "/v2/team/a/manifests/1")
    }

    @Test("an index comes after what it lists")
    func index() async throws {
        let registry = try FakeRegistry()
        let image = FakeImage(index: [
            (try FakeImage([noise(10)]), Platform(architecture: "amd64")),
            (try FakeImage([noise(10, seed: 2)], architecture: "arm64"), Platform(architecture: "arm64")),
        ])
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        #expect(try registry.manifest("1", in: "a") == image.bytes(image.root.digest))
        #expect(registry.names(in: "a").count == 4)
    }

    @Test("the same image again sends nothing and writes nothing")
    func again() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(1000)])
        let client = client(of: registry)
        _ = try await client.push(image.root, from: image, to: registry.reference("a:1"))
        registry.server.forgetRequests()
        let report = try await client.push(image.root, from: image, to: registry.reference("a:1"))
        #expect(report.present == 2 && report.bytes == 0 && !report.isNew)
        #expect(registry.server.requests().allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test("a tag that moves elsewhere while the same image is pushed again is given back to it")
    func movedMeanwhile() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(1000)])
        let other = try FakeImage([noise(1000, seed: 2)])
        let client = client(of: registry)
        _ = try await client.push(other.root, from: other, to: registry.reference("a:2"))
        _ = try await client.push(image.root, from: image, to: registry.reference("a:1"))
        let bytes = try other.bytes(other.root.digest)
        registry.interfere { [weak registry] request in
            // While the blobs are looked at, after what the tag means was.
            if request.path.contains("/blobs/sha256:") {
                registry?.put(manifest: bytes, type: MediaType.manifest, as: "1", in: "a")
            }
            return nil
        }
        let report = try await client.push(image.root, from: image, to: registry.reference("a:1"))
        #expect(report.isNew)
        #expect(try registry.manifest("1", in: "a") == image.bytes(image.root.digest))
    }

    /// An image at `a:1` of a registry that is not yet asked for anything else, and another with one layer more.
    private func grown() async throws -> (FakeRegistry, RegistryClient, first: FakeImage, second: FakeImage) {
        let registry = try FakeRegistry()
        let old = (0..<10).map { noise(500, seed: UInt64($0 + 10)) }
        let client = client(of: registry)
        let first = try FakeImage(old)
        _ = try await client.push(first.root, from: first, to: registry.reference("a:1"))
        registry.server.forgetRequests()
        return (registry, client, first, try FakeImage(old + [noise(500)]))
    }

    @Test("the next image under a tag asks only about what the one before has not")
    func next() async throws {
        let (registry, client, _, second) = try await grown()
        let report = try await client.push(second.root, from: second, to: registry.reference("a:1"))
        #expect(report.present == 10 && report.sent == 2)
        #expect(registry.server.requests().count { $0.method == "HEAD" } == 2)
        #expect(try registry.manifest("1", in: "a") == second.bytes(second.root.digest))
    }

    @Test("what the registry has lost of the image before is sent with the next one")
    func lost() async throws {
        let registry = try FakeRegistry()
        let layer = noise(500, seed: 3)
        let client = client(of: registry)
        let first = try FakeImage([layer])
        _ = try await client.push(first.root, from: first, to: registry.reference("a:1"))
        registry.lose(SHA256Digest(of: layer), in: "a")
        let second = try FakeImage([layer, noise(500)])
        let report = try await client.push(second.root, from: second, to: registry.reference("a:1"))
        #expect(report.sent == 1 && report.present == 2 && report.isNew)
        #expect(registry.blob(SHA256Digest(of: layer), in: "a") == layer)
        #expect(try registry.manifest("1", in: "a") == second.bytes(second.root.digest))
    }

    @Test("an image that goes elsewhere asks only about what the one it follows has not")
    func following() async throws {
        let (registry, client, first, second) = try await grown()
        let place = try registry.reference("a@\(second.root.digest.prefixed)")
        let report = try await client.push(second.root, from: second, to: place, after: "1")
        #expect(report.present == 10 && report.sent == 2 && report.isNew)
        #expect(registry.server.requests().count { $0.method == "HEAD" } == 2)
        #expect(try registry.manifest(second.root.digest.prefixed, in: "a") == second.bytes(second.root.digest))
        #expect(try registry.manifest("1", in: "a") == first.bytes(first.root.digest))
    }

    @Test(
        "a manifest that is refused for what it lists is put again, with all of that looked at",
        arguments: ["MANIFEST_BLOB_UNKNOWN", "DIGEST_INVALID"])
    func racing(_ code: String) async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(500)])
        let refusals = Atomic(0)
        registry.interfere { request in
            guard request.method == "PUT", request.path.contains("/manifests/"),
                refusals.add(1, ordering: .relaxed).newValue <= 2
            else { return nil }
            return HTTPReply(400, #"{"errors":[{"code":"\#(code)"}]}"#.utf8, type: "application/json")
        }
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        #expect(try registry.manifest("1", in: "a") == image.bytes(image.root.digest))
        #expect(refusals.load(ordering: .relaxed) == 3)
    }

    @Test("a manifest that is refused for ever ends in an error; one that is refused for itself does so at once")
    func refused() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(500)])
        for (code, tries) in [("BLOB_UNKNOWN", 4), ("MANIFEST_INVALID", 1)] {
            registry.interfere { request in
                guard request.method == "PUT", request.path.contains("/manifests/") else { return nil }
                return HTTPReply(400, #"{"errors":[{"code":"\#(code)"}]}"#.utf8, type: "application/json")
            }
            registry.server.forgetRequests()
            let error = await #expect(throws: RegistryError.self) {
                try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
            }
            #expect(error?.code == (tries > 1 ? .lacksContent : .refused))
            #expect(error?.description.contains(code) == true)
            let puts = registry.server.requests().count { $0.method == "PUT" && $0.path.contains("/manifests/") }
            #expect(puts == tries)
        }
        #expect(registry.manifest("1", in: "a") == nil)
    }

    @Test("an index under the tag: its images are looked into")
    func nextIndex() async throws {
        let registry = try FakeRegistry()
        func index(_ layers: [[UInt8]]) throws -> FakeImage {
            FakeImage(
                index: try ["amd64", "arm64"].map {
                    (try FakeImage(layers, architecture: $0), Platform(architecture: $0))
                })
        }
        let client = client(of: registry)
        let first = try index([noise(500)])
        _ = try await client.push(first.root, from: first, to: registry.reference("a:1"))
        registry.server.forgetRequests()
        let second = try index([noise(500), noise(500, seed: 2)])
        _ = try await client.push(second.root, from: second, to: registry.reference("a:1"))
        // The layer of both, the two configurations, and the two images that the index lists.
        #expect(registry.server.requests().count { $0.method == "HEAD" } == 5)
        #expect(try registry.manifest("1", in: "a") == second.bytes(second.root.digest))
    }

    @Test("one small new layer costs no more than itself and 64 KiB")
    func increment() async throws {
        let registry = try FakeRegistry()
        let old = (0..<30).map { noise(50_000, seed: UInt64($0 + 10)) }
        let client = client(of: registry)
        let first = try FakeImage(old)
        _ = try await client.push(first.root, from: first, to: registry.reference("a:1"))
        let fresh = noise(20_000, seed: 99)
        let second = try FakeImage(old + [fresh])
        let before = registry.server.receivedBytes
        let report = try await RegistryClient(client.settings)
            .push(second.root, from: second, to: registry.reference("a:2"))
        #expect(report.sent == 2)
        #expect(registry.server.receivedBytes - before <= UInt64(fresh.count) + 64 << 10)
    }

    @Test("a blob of another repository is mounted; where that is refused (202) it is sent", arguments: [true, false])
    func mounting(_ mounts: Bool) async throws {
        let registry = try FakeRegistry()
        registry.change { $0.mounts = mounts }
        let image = try FakeImage([noise(5000)])
        let client = client(of: registry)
        _ = try await client.push(image.root, from: image, to: registry.reference("base:1"))
        let report = try await client.push(
            image.root, from: image, to: registry.reference("other:1"), mounting: ["base"])
        #expect(report.mounted == (mounts ? 2 : 0))
        #expect(report.sent == (mounts ? 0 : 2))
        #expect(try registry.manifest("1", in: "other") == image.bytes(image.root.digest))
        // The upload that the refusal began is used.
        #expect(registry.server.requests().count { $0.method == "POST" && $0.path.hasPrefix("/v2/other") } == 2)
    }

    @Test("a registry that mounts nothing is asked once for each blob, and leaves no upload open")
    func noMount() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.mounts = false }
        let image = try FakeImage([noise(5000)])
        let report = try await client(of: registry).push(
            image.root, from: image, to: registry.reference("other:1"), mounting: ["base", "second", "third"])
        #expect(report.sent == 2)
        #expect(registry.server.requests().count { $0.method == "POST" } == 2)
        #expect(registry.openUploads == 0)
    }

    @Test("a long blob goes in pieces, each at its place")
    func pieces() async throws {
        let registry = try FakeRegistry()
        let scratch = try Scratch()
        let layer = noise(2500)
        let image = try FakeImage([layer], in: scratch)
        _ = try await client(of: registry, chunkSize: 1000)
            .push(image.root, from: image, to: registry.reference("a:1"))
        let ranges = registry.server.requests().filter { $0.method == "PATCH" }.compactMap {
            $0.header("Content-Range")
        }
        #expect(ranges == ["0-999", "1000-1999", "2000-2499"])
        #expect(registry.blob(SHA256Digest(of: layer), in: "a") == layer)
    }

    @Test("a registry that takes no pieces gets the whole")
    func noPieces() async throws {
        let registry = try FakeRegistry()
        registry.change { $0.takesPieces = false }
        let layer = noise(2500)
        let image = try FakeImage([layer])
        _ = try await client(of: registry, chunkSize: 1000)
            .push(image.root, from: image, to: registry.reference("a:1"))
        #expect(registry.blob(SHA256Digest(of: layer), in: "a") == layer)
    }

    @Test("an upload that is cut goes on where the registry has it", arguments: ["PATCH", "PUT"])
    func cut(_ method: String) async throws {
        let registry = try FakeRegistry()
        let scratch = try Scratch()
        let layer = noise(300_000)
        let image = try FakeImage([layer], in: scratch)
        let cuts = Cuts([120_000])
        registry.server.cutBodies { request in
            guard let size = request.header("Content-Length").flatMap({ Int($0) }), size > 120_000 else { return nil }
            return request.method == method ? cuts.next() : nil
        }
        let report = try await client(of: registry, chunkSize: method == "PUT" ? 1 << 20 : 200_000)
            .push(image.root, from: image, to: registry.reference("a:1"))
        #expect(registry.blob(SHA256Digest(of: layer), in: "a") == layer)
        let resumed = registry.server.requests().filter { $0.method == "PATCH" }.compactMap {
            $0.header("Content-Range")
        }
        #expect(resumed.contains { $0.hasPrefix("120000-") })
        #expect(report.isNew)
    }

    @Test("an answer that is lost after the last byte is no reason to send the blob again")
    func lostAnswer() async throws {
        let registry = try FakeRegistry()
        let layer = noise(5000)
        let image = try FakeImage([layer])
        let once = Cuts([1])
        registry.interfere { request in
            guard request.method == "PUT", request.path.contains("/uploads/"), once.next() != nil else { return nil }
            registry.put(blob: request.body, in: "a")
            return HTTPReply().with(\.raw, [])
        }
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        #expect(registry.blob(SHA256Digest(of: layer), in: "a") == layer)
    }

    @Test("an upload that breaks each time ends in an error, and no manifest is written")
    func alwaysCut() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(5000)])
        registry.server.cutBodies { $0.path.contains("/uploads/") && $0.method != "POST" ? 0 : nil }
        await #expect(throws: (any Error).self) {
            _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(registry.names(in: "a").isEmpty)
    }

    @Test(
        "a registry that fails for ever ends the push in an error, and no manifest is written", arguments: [500, 503])
    func failing(_ status: Int) async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(5000), noise(5000, seed: 2)])
        for method in ["POST", "PUT"] {
            registry.interfere { request in
                request.method == method && request.path.contains("/uploads/") ? HTTPReply(status) : nil
            }
            let error = await #expect(throws: TransferError.self) {
                try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
            }
            #expect(error?.code == .status(status))
            #expect(registry.names(in: "a").isEmpty)
            #expect(registry.server.requests().allSatisfy { $0.method != "PUT" || !$0.path.contains("/manifests/") })
        }
    }

    @Test("a layer that is not to be handed on is refused by its type, and nothing is published")
    func foreign() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(50)], type: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
        let error = await #expect(throws: RegistryError.self) {
            try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(error?.code == .unsupported && error?.message.contains("nondistributable") == true)
        #expect(registry.names(in: "a").isEmpty)
    }

    @Test("several blobs are under way at once, and how far each is is told")
    func progress() async throws {
        let registry = try FakeRegistry()
        let scratch = try Scratch()
        let layers = (0..<4).map { noise(300_000, seed: UInt64($0 + 1)) }
        let image = try FakeImage(layers, in: scratch)
        // None is taken before two are there.
        let meeting = Mutex(0)
        let waited = Atomic(0)
        registry.interfere { request in
            guard request.method == "PUT", request.path.contains("/uploads/") else { return nil }
            meeting.withLock { $0 += 1 }
            for _ in 0..<400 where meeting.withLock({ $0 < 2 }) { usleep(10_000) }
            if meeting.withLock({ $0 < 2 }) { waited.add(1, ordering: .relaxed) }
            return nil
        }
        let told = Mutex<[SHA256Digest: [UInt64]]>([:])
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1")) { event in
            if case .sending(let blob, let bytes) = event {
                told.withLock { $0[blob.digest, default: []].append(bytes) }
            }
        }
        #expect(waited.load(ordering: .relaxed) == 0)
        let events = told.withLock { $0 }
        #expect(Set(events.keys) == Set(layers.map { SHA256Digest(of: $0) }))
        for bytes in events.values { #expect(bytes == bytes.sorted() && bytes.last == 300_000) }
    }

    @Test("a damaged layer is told as that, and nothing is published")
    func damaged() async throws {
        let registry = try FakeRegistry()
        let scratch = try Scratch()
        let layer = noise(5000)
        let image = try FakeImage([layer], in: scratch)
        try scratch.write(SHA256Digest(of: layer).hex, noise(5000, seed: 7))
        let found = await code {
            _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(found == .damaged)
        #expect(registry.names(in: "a").isEmpty)
    }

    @Test("busy answers are waited out as long as they ask (429, 503)", arguments: [429, 503])
    func busy(_ status: Int) async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(5000)])
        let busy = Cuts([1, 1])
        registry.interfere { request in
            guard request.path.contains("/uploads/"), busy.next() != nil else { return nil }
            return HTTPReply(status).header("Retry-After", "1")
        }
        let clock = ContinuousClock()
        let begin = clock.now
        _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        #expect(clock.now - begin >= .seconds(1))
        #expect(registry.names(in: "a").contains("1"))
    }

    @Test("a redirect of an upload is not followed")
    func redirected() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(50)])
        registry.interfere { request in
            request.method == "PUT" ? .redirect("http://127.0.0.1:1/", status: 307) : nil
        }
        let found = await code {
            _ = try await client(of: registry).push(image.root, from: image, to: registry.reference("a:1"))
        }
        #expect(found == .refused)
    }

    @Test("a digest that names another image is refused before anything is asked")
    func wrongDigest() async throws {
        let registry = try FakeRegistry()
        let image = try FakeImage([noise(50)])
        let other = try registry.reference("a:1").with(tag: "1", digest: SHA256Digest(of: "other"))
        let found = await code { _ = try await client(of: registry).push(image.root, from: image, to: other) }
        #expect(found == .mismatch)
        #expect(registry.server.requests().isEmpty)
    }
}

/// Values that are handed out one after the other, to several threads.
final class Cuts: Sendable {
    private let values: Mutex<[Int]>

    init(_ values: [Int]) { self.values = Mutex(values) }

    func next() -> Int? { values.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
