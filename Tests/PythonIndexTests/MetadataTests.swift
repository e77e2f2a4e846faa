import Archive
import ContentStore
import Cryptography
import Diagnostics
import PythonPackaging
import TestSupport
import Testing
import Transfer

@testable import PythonIndex

@Suite("Metadata of wheels", .timeLimit(.minutes(1)))
struct MetadataTests {
    /// A wheel whose directory is longer than what is asked for first.
    private static func large(_ name: String) -> WheelFixture {
        var wheel = WheelFixture(name, "1.0", requires: ["numpy>=1"], requiresPython: ">=3.9", extras: ["x"])
        for index in 0..<1500 { wheel = wheel.adding("\(name)/module_\(index).py", "value = \(index)\n") }
        return wheel
    }

    /// Its bytes, with METADATA as the first or the last member.
    private static func bytes(_ wheel: WheelFixture, metadataFirst: Bool) throws -> [UInt8] {
        var members = wheel.members
        let place = try #require(members.firstIndex { $0.path.hasSuffix("METADATA") })
        let metadata = members.remove(at: place)
        members.insert(metadata, at: metadataFirst ? 0 : members.count)
        return CraftedZip(members.map { CraftedZip.Member(bytes: Array($0.path.utf8), $0.content) }).bytes
    }

    private func index(_ wheels: [WheelFixture], metadata: Bool = false) throws -> (ScratchIndex, IndexFixture) {
        (try ScratchIndex(), try IndexFixture(wheels, servesMetadata: metadata))
    }

    @Test("the index's own metadata file is taken where it offers one")
    func beside() async throws {
        let wheel = WheelFixture("demo", "1.0", requires: ["numpy>=1", "x; extra == 'a'"], extras: ["a"])
        let (here, index) = try index([wheel], metadata: true)
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        let document = try await run.metadata(of: file)
        let metadata = try document.metadata(of: WheelFilename(wheel.filename))
        #expect(metadata.requirements.map(\.description) == ["numpy>=1", "x ; extra == \"a\""])
        #expect(metadata.providedExtras.map(\.description) == ["a"])
        #expect(document.digest == wheel.metadataDigest)
        #expect(index.server.count(index.path(of: wheel)) == 0)
        // The second time nobody is asked, not even offline or by another run.
        index.server.stop()
        #expect(try await here.run(index.url, .offline).metadata(of: file) == document)
        #expect(try run.storedMetadata(of: [file, IndexFile(filename: "x", url: "y")]) == [document, nil])
    }

    @Test(
        "metadata that is not what the index says is read from the wheel, and a promise that is not kept does no harm")
    func promises() async throws {
        let wheel = WheelFixture("demo"), other = WheelFixture("other")
        let (here, index) = try index([wheel, other], metadata: true)
        index.server.on(index.path(of: wheel) + ".metadata", .text("Metadata-Version: 2.1\nName: demo\n"))
        index.server.on(index.path(of: other) + ".metadata", HTTPReply(404))
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        #expect(try await run.metadata(of: file).digest == wheel.metadataDigest)
        let second = try await run.page(of: name("other")).file(0)
        #expect(try await run.metadata(of: second).digest == other.metadataDigest)
    }

    @Test(
        "an index that claims the digest of another's wheel does not tell what that one depends on",
        arguments: [true, false])
    func claimedDigest(announced: Bool) async throws {
        let wheel = WheelFixture("demo", requires: ["honest"])
        let forged = WheelFixture("demo", requires: ["evil"])
        let (here, honest) = try index([wheel], metadata: announced)
        let evil = try HTTPFixtureServer()
        let digest = announced ? "sha256=\(forged.metadataDigest.hex)" : "true"
        evil.on(
            "/simple/demo/",
            .text(
                "<a href=\"/files/\(wheel.filename)#sha256=\(wheel.digest.hex)\" data-core-metadata=\"\(digest)\">x</a>"
            ))
        evil.on("/files/\(wheel.filename).metadata", .file(forged.metadata))
        let first = try here.run(evil.url("/simple/"))
        let claimed = try await first.page(of: name("demo")).file(0)
        #expect(claimed.sha256 == wheel.digest)
        #expect(try await first.metadata(of: claimed).digest == forged.metadataDigest)
        let second = try here.run(honest.url)
        let file = try await second.page(of: name("demo")).file(0)
        #expect(try second.storedMetadata(of: [file]) == [nil])
        #expect(try await second.metadata(of: file).digest == wheel.metadataDigest)
        #expect(try await second.fetch(Artifact(file, of: name("demo"))).digest == wheel.digest)
    }

    @Test("stored metadata of another digest than the page announces by now is asked for again")
    func announcedLater() async throws {
        let wheel = WheelFixture("demo", requires: ["honest"])
        let (here, index) = try index([wheel], metadata: true)
        let run = try here.run(index.url)
        var file = try await run.page(of: name("demo")).file(0)
        file.metadata = .available(sha256: nil)
        index.server.on(index.path(of: wheel) + ".metadata", .file(WheelFixture("demo", requires: ["old"]).metadata))
        #expect(try await run.metadata(of: file).digest != wheel.metadataDigest)
        file.metadata = .available(sha256: wheel.metadataDigest)
        #expect(try run.storedMetadata(of: [file]) == [nil])
        index.server.on(index.path(of: wheel) + ".metadata", .file(wheel.metadata))
        #expect(try await run.metadata(of: file).digest == wheel.metadataDigest)
    }

    @Test("without it the wheel's own METADATA is read by parts, few of them", arguments: [(false, 2), (true, 3)])
    func parts(metadataFirst: Bool, requests: Int) async throws {
        let wheel = Self.large("big")
        let (here, index) = try index([wheel, WheelFixture("small")])
        let path = index.path(of: wheel)
        index.server.on(path, .file(try Self.bytes(wheel, metadataFirst: metadataFirst)))
        let run = try here.run(index.url)
        let document = try await run.metadata(of: run.page(of: name("big")).file(0))
        #expect(document.digest == wheel.metadataDigest)
        #expect(index.server.count(path) == requests)
        #expect(index.server.requests(path).allSatisfy { $0.header("range") != nil })
        let small = try await run.metadata(of: run.page(of: name("small")).file(0))
        #expect(small.digest == WheelFixture("small").metadataDigest)
        #expect(index.server.count(index.path(of: WheelFixture("small"))) == 1)
        #expect(try await here.kept().isEmpty)
    }

    @Test("a server that gives no parts gives the whole wheel, which is kept, and is not asked for parts again")
    func whole() async throws {
        let wheels = [Self.large("one"), Self.large("two")]
        let (here, index) = try index(wheels)
        for wheel in wheels { index.server.on(index.path(of: wheel), .file(wheel.bytes).withoutRanges) }
        let run = try here.run(index.url)
        for wheel in wheels {
            let document = try await run.metadata(of: run.page(of: name(wheel.name)).file(0))
            #expect(document.digest == wheel.metadataDigest)
        }
        #expect(index.server.requests(index.path(of: wheels[0])).map { $0.header("range") } == ["bytes=-32768", nil])
        #expect(index.server.requests(index.path(of: wheels[1])).map { $0.header("range") } == [nil])
        #expect(try await here.kept() == wheels.map { SHA256Digest(of: $0.bytes).hex }.sorted())
    }

    @Test(
        "a server whose parts make no sense is not believed",
        arguments: ["bytes 0-9/10", "bytes 5-1000000/2000000", "nonsense", "bytes */5"])
    func lies(contentRange: String) async throws {
        let wheel = Self.large("demo")
        let (here, index) = try index([wheel])
        let bytes = wheel.bytes
        index.server.on(index.path(of: wheel)) { request in
            guard request.header("range") != nil else { return .file(bytes) }
            return HTTPReply(206, bytes.suffix(1000)).header("Content-Range", contentRange)
        }
        let run = try here.run(index.url)
        let document = try await run.metadata(of: run.page(of: name("demo")).file(0))
        #expect(document.digest == wheel.metadataDigest)
    }

    @Test("a server that refuses ranges outright gives the whole wheel", arguments: [400, 416, 501])
    func refusedRanges(status: Int) async throws {
        let wheel = Self.large("demo")
        let (here, index) = try index([wheel])
        let bytes = wheel.bytes
        index.server.on(index.path(of: wheel)) { request in
            request.header("range") == nil ? .file(bytes) : HTTPReply(status)
        }
        let run = try here.run(index.url)
        #expect(
            try await run.metadata(of: run.page(of: name("demo")).file(0)).digest == wheel.metadataDigest)
    }

    @Test("a wheel that is no zip, lies about itself or has no metadata is told, and leaves nothing")
    func broken() async throws {
        let junk = WheelFixture("junk"), liar = WheelFixture("liar"), bare = WheelFixture("bare")
        let (here, index) = try index([junk, liar, bare])
        index.server.on(index.path(of: junk), .file([UInt8](repeating: 7, count: 5000)))
        index.server.on(index.path(of: liar), .file(WheelFixture("somebody-else").bytes))
        index.server.on(index.path(of: bare), .file(CraftedZip([.init("bare/__init__.py", "x")]).bytes))
        let run = try here.run(index.url)
        func error(_ project: String) async throws -> any Diagnostic {
            let file = try await run.page(of: name(project)).file(0)
            do {
                _ = try await run.metadata(of: file).metadata(of: WheelFilename(file.filename))
            } catch { return try #require(error as? any Diagnostic) }
            throw CancellationError()
        }
        for project in ["junk", "liar", "bare"] {
            let error = try await error(project)
            #expect(error.category == .badArtifact)
            #expect(error.description.contains("\(project)-1.0-py3-none-any.whl"))
            #expect(error.advice != nil)
        }
        #expect(try await here.kept().isEmpty)
    }

    @Test("metadata without a digest is believed only where it is the wheel's")
    func unhashedMetadata() async throws {
        let wheel = WheelFixture("demo")
        let (here, index) = try index([wheel])
        let link = "<a href=\"/files/\(wheel.filename)\" data-core-metadata=\"true\">x</a>"
        index.server.on("/simple/demo/", .text(link))
        index.server.on(index.path(of: wheel) + ".metadata", .text("<html>Please log in</html>"))
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        #expect(try await run.metadata(of: file).digest == wheel.metadataDigest)
    }

    @Test("what a publisher wrote wrong is no reason to ask for the wheel")
    func malformedRequirement() async throws {
        let wheel = WheelFixture("demo")
        let (here, index) = try index([wheel])
        let link = "<a href=\"/files/\(wheel.filename)\" data-core-metadata=\"true\">x</a>"
        index.server.on("/simple/demo/", .text(link))
        let text = "Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\nRequires-Dist: a (>=1.*)(<2)\n"
        index.server.on(index.path(of: wheel) + ".metadata", .text(text))
        let run = try here.run(index.url)
        let document = try await run.metadata(of: run.page(of: name("demo")).file(0))
        #expect(document.digest == SHA256Digest(of: text))
        #expect(throws: PythonPackagingError.self) { try document.metadata(of: WheelFilename(wheel.filename)) }
        #expect(index.server.count(index.path(of: wheel)) == 0)
    }

    @Test("parts that come broken are read again from the whole wheel", arguments: [true, false])
    func brokenParts(isWholeSound: Bool) async throws {
        let wheel = Self.large("demo")
        let (here, index) = try index([wheel])
        let bytes = wheel.bytes
        index.server.on(index.path(of: wheel)) { request in
            request.header("range") == nil && isWholeSound
                ? .file(bytes) : .file([UInt8](repeating: 7, count: bytes.count))
        }
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        if isWholeSound {
            #expect(try await run.metadata(of: file).digest == wheel.metadataDigest)
        } else {
            let error = await failure(PythonIndexError.self) { _ = try await run.metadata(of: file) }
            #expect(error?.code == .cameBroken)
            #expect(error?.subject == wheel.filename)
        }
    }

    @Test("metadata that was a lie is read anew from a server that gives no parts")
    func lieWithoutRanges() async throws {
        let wheel = Self.large("demo")
        let (here, index) = try index([wheel])
        let shown = WheelFixture("demo", requires: ["harmless"]).metadata
        let page = """
            <a href="/files/\(wheel.filename)#sha256=\(SHA256Digest(of: wheel.bytes).hex)"
               data-core-metadata="sha256=\(SHA256Digest(of: shown).hex)">x</a>
            """
        index.server.on("/simple/demo/", .text(page))
        index.server.on(index.path(of: wheel) + ".metadata", .file(shown))
        index.server.on(index.path(of: wheel), .file(wheel.bytes).withoutRanges)
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        #expect(try await run.metadata(of: file).digest == SHA256Digest(of: shown))
        _ = await failure(PythonIndexError.self) { _ = try await run.fetch(Artifact(file, of: name("demo"))) }
        #expect(try await run.metadata(of: file).digest == wheel.metadataDigest)
    }

    @Test(
        "a file that is refused or gone is told as such",
        arguments: [(403, PythonIndexError.Code.refused), (404, .noSuchFile)])
    func refusals(status: Int, code: PythonIndexError.Code) async throws {
        let wheel = WheelFixture("demo")
        let (here, index) = try index([wheel])
        index.server.on(index.path(of: wheel), HTTPReply(status))
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        let error = await failure(PythonIndexError.self) { _ = try await run.metadata(of: file) }
        #expect(error?.code == code)
        #expect(error?.subject == wheel.filename)
    }

    @Test("offline the metadata of a fetched wheel is read from the store, and of no other")
    func offline() async throws {
        let wheel = WheelFixture("demo"), other = WheelFixture("other")
        let (here, index) = try index([wheel, other])
        let run = try here.run(index.url)
        let file = try await run.page(of: name("demo")).file(0)
        let otherFile = try await run.page(of: name("other")).file(0)
        _ = try await run.fetch(Artifact(file, of: name("demo")))
        index.server.stop()
        let offline = try here.run(index.url, .offline)
        #expect(try await offline.metadata(of: file).digest == wheel.metadataDigest)
        let error = await failure(PythonIndexError.self) { _ = try await offline.metadata(of: otherFile) }
        #expect(error?.code == .notStored)
        #expect(error?.subject == other.filename)
    }

    @Test("a source distribution has none that can be read")
    func source() async throws {
        let here = try ScratchIndex()
        let run = try here.run("https://nobody.invalid/")
        let file = IndexFile(filename: "demo-1.0.tar.gz", url: "https://nobody.invalid/demo-1.0.tar.gz")
        let error = await failure(PythonIndexError.self) { _ = try await run.metadata(of: file) }
        #expect(error?.code == .noMetadata)
    }

    @Test("what is kept is the header that choosing needs, folded lines and all")
    func kept() throws {
        let text = """
            Metadata-Version: 2.1\r
            Name: demo\r
            Version: 1.0\r
            Summary: left out
            License: left
              out too
            REQUIRES-DIST: numpy
              >=1.0
            Provides-Extra: x
            Requires-Python: >=3.8

            Requires-Dist: not-this; it is the description
            """
        let document = MetadataDocument(of: Array(text.utf8))
        let metadata = try document.metadata(of: WheelFilename("demo-1.0-py3-none-any.whl"))
        #expect(metadata.requirements.map(\.name.description) == ["numpy"])
        #expect(metadata.requiresPython == (try SpecifierSet(">=3.8")))
        #expect(metadata.summary == nil)
        #expect(document.digest == SHA256Digest(of: text))
        #expect(MetadataDocument(record: document.record) == document)
        #expect(MetadataDocument(record: [1, 2]) == nil)
        let whole = try CoreMetadata(Array(text.utf8), of: "demo")
        #expect(metadata.requirements == whole.requirements)
    }
}
