import Cryptography
import Diagnostics
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Transfer

@Suite("Downloads", .timeLimit(.minutes(1)))
struct DownloadTests {
    /// More than one buffer, and no round number.
    let bytes = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    var digest: SHA256Digest { SHA256Digest(of: bytes) }

    private func read(_ path: FilePath) throws -> [UInt8]? { try LocalFile.contents(of: path, limit: 1 << 24) }

    @Test("a file arrives whole and hashed, with progress")
    func whole() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes))
        let steps = Mutex<[DownloadProgress]>([])
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest, size: 700_001)
        let done = try await quickTransfer().download(download) { step in steps.withLock { $0.append(step) } }
        #expect(done.digest == digest)
        #expect(done.size == 700_001)
        #expect(done.resumed == 0)
        #expect(try read(download.file) == bytes)
        let seen = steps.withLock { $0 }
        #expect(seen.last?.received == 700_001)
        #expect(seen.allSatisfy { $0.size == 700_001 })
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.received < $1.received })
        #expect(server.requests("/f").first?.header("accept-encoding") == "identity")
    }

    @Test("without an expected digest the file's own is told")
    func undigested() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes).dropped(after: 300_000), .file(bytes))
        try scratch.write("f", "left behind by somebody")
        let done = try await quickTransfer().download(Download(ResourceURL(server.url("/f")), to: scratch.file("f")))
        #expect(done.digest == digest)
        #expect(done.resumed == 0)
    }

    @Test("a break half-way is gone on with from there", arguments: ["\"v1\"", nil])
    func resumption(eTag: String?) async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        let reply = HTTPReply.file(bytes, eTag: eTag)
        server.on("/f", reply.dropped(after: 300_000), reply.dropped(after: 100_000), reply)
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        let done = try await quickTransfer().download(download)
        #expect(done.digest == digest)
        #expect(try read(download.file) == bytes)
        let requests = server.requests("/f")
        #expect(requests.map { $0.header("range") } == [nil, "bytes=300000-", "bytes=400000-"])
        #expect(requests.map { $0.header("if-range") } == [nil, eTag, eTag])
    }

    @Test("an interrupted run's beginning is hashed and gone on with by the next")
    func acrossRuns() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes).dropped(after: 250_000))
        var download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        let error = await failure { _ = try await quickTransfer(attempts: 1).download(download) }
        #expect(error?.code == .interrupted)
        #expect(try read(download.file)?.count == 250_000)
        server.on("/f", .file(bytes))
        server.forgetRequests()
        download.size = 700_001
        let done = try await quickTransfer().download(download)
        #expect(done.resumed == 250_000)
        #expect(done.digest == digest)
        #expect(server.requests("/f").map { $0.header("range") } == ["bytes=250000-"])
        // And once more, when every byte is there already.
        let again = try await quickTransfer().download(download)
        #expect(again.resumed == 700_001)
        #expect(server.count("/f") == 1)
        download.size = nil
        #expect(try await quickTransfer().download(download).digest == digest)
    }

    @Test("a server that knows no ranges is listened to from the start")
    func withoutRanges() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes).withoutRanges.dropped(after: 300_000), .file(bytes).withoutRanges)
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        #expect(try await quickTransfer().download(download).digest == digest)
        #expect(try read(download.file) == bytes)
    }

    @Test("a file that changes between two parts is fetched anew")
    func changes() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        let old = HTTPReply.file([UInt8](repeating: 1, count: 500_000), eTag: "\"old\"")
        server.on("/f", old.dropped(after: 300_000), .file(bytes, eTag: "\"new\""))
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"))
        #expect(try await quickTransfer().download(download).digest == digest)
        // Without a tag only the size in the second answer can tell.
        let untagged = HTTPReply.file([UInt8](repeating: 1, count: 500_000))
        server.on("/g", untagged.dropped(after: 300_000), .file(bytes))
        let second = try Download(ResourceURL(server.url("/g")), to: scratch.file("g"))
        #expect(try await quickTransfer().download(second).digest == digest)
    }

    @Test("a wrong beginning is found out and fetched anew, once")
    func wrongBeginning() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes))
        for junk in [1000, 700_001, 800_000] {
            try scratch.write("f", [UInt8](repeating: 9, count: junk))
            let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
            #expect(try await quickTransfer().download(download).digest == digest, "\(junk)")
            #expect(try read(download.file) == bytes)
        }
        try scratch.write("f", [UInt8](repeating: 9, count: 1000))
        server.on("/f", .file([UInt8](repeating: 3, count: 700_001)))
        server.forgetRequests()
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        #expect(await failure { _ = try await quickTransfer().download(download) }?.code == .digestMismatch)
        #expect(server.count("/f") == 2)
    }

    @Test("bytes of another digest are an error, and nothing is kept")
    func mismatch() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes))
        let other = SHA256Digest(of: "other")
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: other)
        let error = await failure { _ = try await quickTransfer().download(download) }
        #expect(error?.code == .digestMismatch)
        #expect(error?.category == .badArtifact)
        #expect(error?.description.contains(digest.hex) == true)
        #expect(error?.description.contains(other.hex) == true)
        #expect(server.count("/f") == 1)
        #expect(try read(download.file) == nil)
    }

    @Test("a server that lies about the length is found out")
    func lies() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        // Claims more than it sends: broken off each time. Claims less: what is missing is missed by the digest.
        server.on("/more", .file(bytes).with(\.claimedLength, 800_000))
        server.on("/less", .file(bytes).with(\.claimedLength, 600_000))
        server.on("/other", .file(bytes + [1]))
        func attempt(_ path: String, _ size: UInt64?) async throws -> TransferError? {
            let file = scratch.file("x" + path.dropFirst())
            let download = try Download(ResourceURL(server.url(path)), to: file, digest: digest, size: size)
            return await failure { _ = try await quickTransfer().download(download) }
        }
        #expect(try await attempt("/more", nil)?.code == .interrupted)
        #expect(try await attempt("/less", nil)?.code == .digestMismatch)
        #expect(try await attempt("/less", 700_001)?.code == .sizeMismatch)
        #expect(try await attempt("/other", 700_001)?.code == .sizeMismatch)
        // Without a length, too much is noticed as it comes.
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        server.on("/endless", HTTPReply().with(\.raw, Array(head.utf8) + bytes + bytes))
        #expect(try await attempt("/endless", 700_001)?.code == .sizeMismatch)
    }

    @Test("a download that stalls goes on where it was")
    func stalls() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        let stalled = HTTPReply.file(bytes).with(\.drip, (200_000, 700))
        server.on("/f", stalled, .file(bytes))
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        let done = try await quickTransfer(stall: .milliseconds(200)).download(download)
        #expect(done.digest == digest)
        #expect(server.requests("/f").last?.header("range") != nil)
    }

    @Test("a server that breaks off again and again is followed as long as it brings something")
    func persistence() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes, eTag: "\"1\"").dropped(after: 70_000))
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        #expect(try await quickTransfer(attempts: 3).download(download).digest == digest)
        #expect(server.count("/f") == 11)
    }

    @Test("a file that is not there is told with its status")
    func missing() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        #expect(await failure { _ = try await quickTransfer().download(download) }?.code == .status(404))
        #expect(try read(download.file) == nil)
    }

    @Test("a file: source is copied and checked alike")
    func localFiles() async throws {
        let scratch = try Scratch()
        let source = ResourceURL.file(try scratch.write("source", bytes))
        let good = Download(source, to: scratch.file("good"), digest: digest, size: 700_001)
        #expect(try await quickTransfer().download(good).digest == digest)
        #expect(try read(good.file) == bytes)
        let bad = Download(source, to: scratch.file("bad"), digest: SHA256Digest(of: "x"))
        #expect(await failure { _ = try await quickTransfer().download(bad) }?.code == .digestMismatch)
        #expect(try read(bad.file) == nil)
        let none = Download(.file(scratch.file("none")), to: scratch.file("x"), digest: digest)
        #expect(await failure { _ = try await quickTransfer().download(none) }?.code == .missingFile)
    }

    @Test("a file that cannot be written is an error of this machine")
    func unwritable() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes))
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("no/such/folder"), digest: digest)
        let error = await failure { _ = try await quickTransfer().download(download) }
        #expect(error?.code == .file)
        #expect(error?.category == .system)
        let full = try Download(ResourceURL(server.url("/f")), to: "/dev/full")
        #expect(await failure { _ = try await quickTransfer().download(full) }?.code == .file)
    }

    @Test("a cancelled download keeps what has come")
    func cancellation() async throws {
        let server = try HTTPFixtureServer(), scratch = try Scratch()
        server.on("/f", .file(bytes).with(\.drip, (50_000, 20)))
        let download = try Download(ResourceURL(server.url("/f")), to: scratch.file("f"), digest: digest)
        let received = Mutex<UInt64>(0)
        let task = Task {
            try await quickTransfer().download(download) { step in received.withLock { $0 = step.received } }
        }
        while received.withLock({ $0 < 100_000 }) { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
        #expect((try read(download.file)?.count ?? 0) >= 100_000)
    }
}
