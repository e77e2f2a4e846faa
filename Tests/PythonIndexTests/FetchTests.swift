import ContentStore
import Cryptography
import Diagnostics
import Glibc
import PythonPackaging
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import PythonIndex

@Suite("Fetching artifacts", .timeLimit(.minutes(1)))
struct FetchTests {
    private static func wheel(_ name: String, _ version: String = "1.0", size: Int = 100) -> WheelFixture {
        var numbers = SeededGenerator(UInt64(size))
        let digits = Array("0123456789abcdef".utf8)
        let text = (0..<size).map { _ in digits[Int(numbers.next() % 16)] }
        return WheelFixture(name, version).adding("\(name)/data.txt", String(decoding: text, as: UTF8.self))
    }

    private func artifact(_ wheel: WheelFixture, place: Artifact.Place = .page) throws -> Artifact {
        Artifact(
            project: try name(wheel.name), filename: wheel.filename, sha256: SHA256Digest(of: wheel.bytes),
            size: UInt64(wheel.bytes.count), place: place)
    }

    @Test("artifacts of the default index are found on their pages, fetched several at once, and then there")
    func many() async throws {
        let here = try ScratchIndex()
        let wheels = (0..<12).map { Self.wheel("p\($0)", size: 1000 * $0 + 10) }
        let index = try IndexFixture(wheels)
        let run = try here.run(index.url)
        let artifacts = try wheels.map { try artifact($0) }
        #expect(try run.stored(artifacts).allSatisfy { $0 == nil })
        let events = Mutex<[Int: [String]]>([:])
        let blobs = try await run.fetch(artifacts, jobs: 4) { event in
            let (number, text): (Int, String) =
                switch event {
                case .began(let number): (number, "began")
                case .received(let number, let bytes, let size): (number, "received \(bytes) of \(size ?? 0)")
                case .ended(let number, let arrival): (number, "\(arrival)")
                }
            events.withLock { $0[number, default: []].append(text) }
        }
        #expect(blobs.map(\.digest) == artifacts.map(\.sha256))
        #expect(try run.stored(artifacts) == blobs)
        for (number, wheel) in wheels.enumerated() {
            let size = wheel.bytes.count
            #expect(
                events.withLock { $0[number] } == [
                    "began", "received \(size) of \(size)", "downloaded(bytes: \(size), resumed: 0)",
                ])
        }
        index.server.stop()
        let ended = Mutex(0)
        _ = try await here.run(index.url, .offline).fetch(artifacts) { event in
            if case .ended(_, .stored) = event { ended.withLock { $0 += 1 } }
        }
        #expect(ended.withLock { $0 } == 12)
    }

    @Test("fifty that ask for one artifact make one download")
    func exclusive() async throws {
        let here = try ScratchIndex()
        let wheel = Self.wheel("demo", size: 200_000)
        let index = try IndexFixture([wheel])
        index.server.on(index.path(of: wheel), .file(wheel.bytes).with(\.drip, (20_000, 5)))
        let artifact = try artifact(wheel)
        let blobs = try await withThrowingTaskGroup(of: Blob.self) { group in
            for _ in 0..<50 {
                let run = try here.run(index.url)
                group.addTask { try await run.fetch(artifact) }
            }
            return try await group.reduce(into: Set<Blob>()) { $0.insert($1) }
        }
        #expect(blobs.count == 1)
        #expect(index.server.count(index.path(of: wheel)) == 1)
    }

    @Test("a break is gone on from by the next run")
    func resumption() async throws {
        let here = try ScratchIndex()
        let wheel = Self.wheel("demo", size: 300_000)
        let index = try IndexFixture([wheel])
        index.server.on(index.path(of: wheel), .file(wheel.bytes).dropped(after: 50_000), HTTPReply(503))
        let artifact = try artifact(wheel)
        let error = await failure(TransferError.self) { _ = try await here.run(index.url).fetch(artifact) }
        #expect(error?.category == .unavailable)
        #expect(try await here.kept() == [artifact.sha256?.hex])
        index.server.on(index.path(of: wheel), .file(wheel.bytes))
        index.server.forgetRequests()
        let arrivals = Mutex<[FetchEvent.Arrival]>([])
        _ = try await here.run(index.url).fetch([artifact]) { event in
            if case .ended(_, let arrival) = event { arrivals.withLock { $0.append(arrival) } }
        }
        #expect(index.server.requests(index.path(of: wheel)).map { $0.header("range") } == ["bytes=50000-"])
        let rest = UInt64(wheel.bytes.count - 50_000)
        #expect(arrivals.withLock { $0 } == [.downloaded(bytes: rest, resumed: 50_000)])
        #expect(try here.store.bytes(of: try #require(artifact.sha256)) == wheel.bytes)
    }

    @Test("a file of another digest than the lock's is an error, whoever lies, and nothing is kept")
    func mismatch() async throws {
        let here = try ScratchIndex()
        let locked = Self.wheel("demo"), served = locked.adding("demo/evil.py", "import os")
        // The index says the same as the lock, and the server sends another file.
        let index = try IndexFixture([locked])
        index.server.on(index.path(of: locked), .file(served.bytes))
        var wanted = try artifact(locked)
        wanted.size = nil
        let sent = await failure(TransferError.self) { _ = try await here.run(index.url).fetch(wanted) }
        #expect(sent?.code == .digestMismatch)
        #expect(sent?.category == .badArtifact)
        // The index itself says something else.
        let other = try IndexFixture([served])
        let said = await failure(PythonIndexError.self) { _ = try await here.run(other.url).fetch(wanted) }
        #expect(said?.code == .wrongContent)
        #expect(said?.description.contains(SHA256Digest(of: served.bytes).hex) == true)
        #expect(try await here.kept().isEmpty)
    }

    @Test("an index without digests: the file's own is computed, told, and known the next time")
    func undigested() async throws {
        let here = try ScratchIndex()
        let wheel = Self.wheel("demo")
        let index = try IndexFixture([wheel], namesHashes: false)
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        #expect(file.sha256 == nil)
        let blob = try await run.fetch(Artifact(file, of: name("demo")))
        #expect(blob.digest == SHA256Digest(of: wheel.bytes))
        #expect(try await here.run(index.url).fetch(Artifact(file, of: name("demo"))) == blob)
        #expect(index.server.count(index.path(of: wheel)) == 1)
        // A lock that knows the digest is served too.
        let fresh = try ScratchIndex()
        #expect(try await fresh.run(index.url).fetch(artifact(wheel)) == blob)
    }

    @Test("a stored page that no longer tells the truth is asked for again")
    func stalePages() async throws {
        let here = try ScratchIndex()
        let one = Self.wheel("demo", "1.0"), two = Self.wheel("demo", "2.0")
        let index = try IndexFixture([one])
        _ = try await here.run(index.url).page(of: name("demo"))
        try await Task.sleep(for: .milliseconds(1100))
        // A newer lock names a file that the stored page lacks.
        index.add(two)
        #expect(try await here.run(index.url).fetch(artifact(two)).digest == SHA256Digest(of: two.bytes))
        try await Task.sleep(for: .milliseconds(1100))
        // The file has moved.
        index.server.on("/simple/demo/", .text("<a href=\"/moved/\(one.filename)\">x</a>"))
        index.server.on(index.path(of: one), HTTPReply(404))
        index.server.on("/moved/\(one.filename)", .file(one.bytes))
        #expect(try await here.run(index.url).fetch(artifact(one)).digest == SHA256Digest(of: one.bytes))
    }

    @Test("a file that no index has is told with what to do")
    func missing() async throws {
        let here = try ScratchIndex(), index = try IndexFixture([Self.wheel("demo", "1.0")])
        let run = try here.run(index.url)
        for wheel in [Self.wheel("demo", "3.0"), Self.wheel("nobodys")] {
            let error = await failure(PythonIndexError.self) { _ = try await run.fetch(artifact(wheel)) }
            #expect(error?.code == .noSuchFile)
            #expect(error?.subject == wheel.filename)
            #expect(error?.advice != nil)
        }
    }

    @Test("offline, what is not stored is told by its file's name")
    func offline() async throws {
        let here = try ScratchIndex(), index = try IndexFixture([Self.wheel("demo")])
        let wanted = try artifact(Self.wheel("demo"))
        var error = await failure(PythonIndexError.self) { _ = try await here.run(index.url, .offline).fetch(wanted) }
        #expect(error?.code == .notStored)
        _ = try await here.run(index.url).page(of: name("demo"))
        error = await failure(PythonIndexError.self) { _ = try await here.run(index.url, .offline).fetch(wanted) }
        #expect(error?.code == .notStored)
        #expect(error?.subject == wanted.filename)
    }

    @Test("local files are copied in, checked; another file of that name is refused")
    func local() async throws {
        let here = try ScratchIndex()
        let wheel = Self.wheel("demo")
        let path = try here.scratch.write("links/\(wheel.filename)", wheel.bytes)
        let run = try here.run("https://nobody.invalid/", .offline, findLinks: [here.scratch.file("links").string])
        let byPage = try artifact(wheel), byURL = try artifact(wheel, place: .url("file://\(path)"))
        for artifact in [byPage, byURL] {
            #expect(try await run.fetch(artifact).digest == SHA256Digest(of: wheel.bytes))
        }
        let fresh = try ScratchIndex()
        try here.scratch.write("links/\(wheel.filename)", wheel.adding("demo/x.py", "").bytes)
        let other = await failure(PythonIndexError.self) {
            _ = try await fresh.run("https://nobody.invalid/", .offline).fetch(byURL)
        }
        #expect(other?.code == .wrongContent)
        try await Command("rm", [path.string]).run()
        let gone = await failure(PythonIndexError.self) {
            _ = try await fresh.run("https://nobody.invalid/", .offline).fetch(byURL)
        }
        #expect(gone?.code == .noSuchFile)
        #expect(try await fresh.kept().isEmpty)
    }

    @Test("a wheel must be what its name says, though its digest is as expected")
    func contents() async throws {
        let here = try ScratchIndex()
        let server = try HTTPFixtureServer()
        let cases: [(String, [UInt8], String)] = [
            ("demo-1.0-py3-none-any.whl", Array("no zip at all".utf8), "zip"),
            ("demo-2.0-py3-none-any.whl", Self.wheel("demo", "1.0").bytes, "version 1.0"),
            ("demo-3.0-py3-none-any.whl", WheelFixture("other", "3.0").bytes, "other"),
            ("other-1.0-py3-none-any.whl", Self.wheel("other").bytes, "not of demo"),
        ]
        for (filename, bytes, word) in cases {
            server.on("/\(filename)", .file(bytes))
            let artifact = Artifact(
                project: try name("demo"), filename: filename, sha256: SHA256Digest(of: bytes),
                place: .url(server.url("/\(filename)")))
            let run = try here.run(server.url())
            do {
                _ = try await run.fetch(artifact)
                Issue.record("\(filename) was taken")
            } catch {
                let error = try #require(error as? any Diagnostic)
                #expect(error.category == .badArtifact)
                #expect(error.description.contains(word))
                #expect(error.description.contains(filename))
            }
        }
        #expect(try await here.kept().isEmpty)
    }

    @Test("a wheel whose METADATA is not what was resolved with is refused")
    func metadataChanged() async throws {
        let here = try ScratchIndex()
        let wheel = WheelFixture("demo", requires: ["evil"])
        let index = try IndexFixture([wheel], servesMetadata: true)
        // The index offers other metadata than the wheel holds, and stands by it.
        let shown = WheelFixture("demo", requires: ["harmless"]).metadata
        let page = """
            <a href="/files/\(wheel.filename)#sha256=\(SHA256Digest(of: wheel.bytes).hex)"
               data-core-metadata="sha256=\(SHA256Digest(of: shown).hex)">x</a>
            """
        index.server.on("/simple/demo/", .text(page))
        index.server.on("/files/\(wheel.filename).metadata", .file(shown))
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        let metadata = try await run.metadata(of: file).metadata(of: WheelFilename(wheel.filename))
        #expect(metadata.requirements.map(\.name.description) == ["harmless"])
        let error = await failure(PythonIndexError.self) {
            _ = try await run.fetch(Artifact(file, of: name("demo")))
        }
        #expect(error?.code == .metadataChanged)
        #expect(try await here.kept().isEmpty)
        // Whoever asks again is told by the wheel, though the index stands by it still; and then the wheel is taken.
        let next = try here.run(index.url)
        let told = try await next.metadata(of: file).metadata(of: WheelFilename(wheel.filename))
        #expect(told.requirements.map(\.name.description) == ["evil"])
        #expect(try await next.fetch(Artifact(file, of: name("demo"))).digest == wheel.digest)
    }

    @Test("the first failure stops the others, whose beginnings stay")
    func failureStopsOthers() async throws {
        let here = try ScratchIndex()
        let slow = Self.wheel("slow", size: 300_000), bad = Self.wheel("bad")
        let index = try IndexFixture([slow, bad])
        index.server.on(index.path(of: slow), .file(slow.bytes).with(\.drip, (10_000, 40)))
        index.server.on(index.path(of: bad)) { [server = index.server, path = index.path(of: slow)] _ in
            while server.count(path) == 0 { usleep(1000) }
            return HTTPReply(404).with(\.delayMilliseconds, 200)
        }
        let run = try here.run(index.url)
        let artifacts = try [artifact(slow), artifact(bad)]
        let error = await failure(PythonIndexError.self) { _ = try await run.fetch(artifacts) }
        #expect(error?.code == .noSuchFile)
        let kept = try await here.kept()
        #expect(kept == [SHA256Digest(of: slow.bytes).hex])
        #expect(try run.stored(artifacts).allSatisfy { $0 == nil })
    }
}
