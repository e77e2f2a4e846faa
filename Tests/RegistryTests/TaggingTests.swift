import Cryptography
import ImageSpec
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Tags of what is there", .timeLimit(.minutes(1)))
struct TaggingTests {
    private let registry: FakeRegistry
    private let place: RegistryReference

    init() throws {
        registry = try FakeRegistry()
        place = try registry.reference("a")
    }

    private func quick(_ time: Duration = .milliseconds(200)) -> RegistryClient {
        var settings = client(of: registry).settings
        settings.claimTime = time
        return RegistryClient(settings)
    }

    /// Different images, pushed under no tag.
    private func images(_ count: Int) async throws -> [SHA256Digest] {
        try await (0..<count).asyncMap { number in
            let image = try FakeImage([noise(10, seed: UInt64(number + 1))])
            _ = try await client(of: registry).push(image.root, from: image, to: place.with(digest: image.root.digest))
            return image.root.digest
        }
    }

    @Test("a tag is moved once, and means what it was moved to")
    func move() async throws {
        let images = try await images(2)
        let client = quick()
        #expect(try await client.holder(of: "x", in: place) == nil)
        #expect(try await client.move("x", to: images[0], in: place))
        #expect(try await !client.move("x", to: images[0], in: place))
        #expect(try await client.move("x", to: images[1], in: place))
        #expect(try await client.holder(of: "x", in: place) == images[1])
        #expect(try await client.tagsNow(of: place) == ["x"])
        #expect(try await client.tagsNow(of: registry.reference("nowhere")).isEmpty)
    }

    @Test("of many who claim one tag at one moment all are told the same winner, whose it is")
    func race() async throws {
        for round in 0..<3 {
            let images = try await images(12)
            let answers = try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
                for image in images {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0..<150)))
                        return try await quick(.milliseconds(600)).claim("1.0-\(round)", for: image, in: place)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers).count == 1)
            #expect(try await quick().holder(of: "1.0-\(round)", in: place) == answers.first)
        }
    }

    @Test("a write of a tag that hangs is given up in time, and not made again over another's", .timeLimit(.minutes(1)))
    func hanging() async throws {
        let images = try await images(2)
        let other = try await quick().manifest(place.with(digest: images[0]))
        let writes = Mutex(0)
        registry.interfere { [registry] request in
            guard request.method == "PUT", request.path.hasSuffix("/manifests/1.0-3") else { return nil }
            guard
                writes.withLock({
                    $0 += 1
                    return $0
                }) == 1
            else { return nil }
            registry.put(manifest: other.bytes, type: other.descriptor.mediaType, as: "1.0-3", in: "a")
            return .hanging
        }
        let begin = ContinuousClock().now
        #expect(try await quick(.milliseconds(400)).claim("1.0-3", for: images[1], in: place) == images[0])
        // A stalled exchange would end after five seconds.
        #expect(ContinuousClock().now - begin < .seconds(4))
        #expect(writes.withLock { $0 } == 1)
    }

    @Test("a tag that somebody has is nobody else's, also where the registry keeps tags as they are")
    func taken() async throws {
        let images = try await images(2)
        #expect(try await quick().claim("1.0-1", for: images[0], in: place) == images[0])
        #expect(try await quick().claim("1.0-1", for: images[1], in: place) == images[0])
        // It appears between the look and the writing, and cannot be written any more.
        let other = try await quick().manifest(place.with(digest: images[0]))
        let isTaken = Mutex(false)
        registry.interfere { request in
            guard request.path.hasSuffix("/manifests/1.0-2") else { return nil }
            return isTaken.withLock { isTaken in
                if request.method == "PUT" {
                    isTaken = true
                    return HTTPReply(409, #"{"errors":[{"code":"DENIED","message":"tag is immutable"}]}"#.utf8)
                }
                return isTaken ? HTTPReply(200, other.bytes, type: other.descriptor.mediaType) : nil
            }
        }
        #expect(try await quick().claim("1.0-2", for: images[1], in: place) == images[0])
        #expect(isTaken.withLock { $0 })
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
