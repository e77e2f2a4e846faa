import Cryptography
import PythonPackaging
import TestSupport
import Testing

@testable import PythonIndex

@Suite("Pages as they are stored")
struct ProjectPageTests {
    private static func files(_ count: Int, seed: UInt64) throws -> [(IndexFile, ProjectPage.Source)] {
        var numbers = SeededGenerator(seed)
        let sources: [ProjectPage.Source] = [
            .init(.defaultIndex, url: "https://index/simple/"), .init(.findLinks, url: "file:///srv/wheels/"),
        ]
        let pythons = [nil, ">=3.8", ">=3.9,<4", "!=3.0.*,>=2.7"]
        return try (0..<count).map { index in
            let name = "demo-\(index)-py3-none-any.whl"
            let url =
                switch numbers.next() % 4 {
                case 0: "https://files.host/packages/\(numbers.next())/\(name)"
                case 1: "file:///srv/wheels/\(name)"
                case 2: "https://files.host/get?id=\(index)"
                default: "https://files.host/packages/a%2Bb/demo-\(index)-py3-none-any.whl"
                }
            var file = IndexFile(filename: name, url: url)
            if numbers.next() % 4 > 0 { file.sha256 = SHA256Digest(of: url) }
            if numbers.next() % 4 == 0 { file.otherHashes = ["md5": "abc", "sha512": "def"] }
            file.requiresPython = try pythons[Int(numbers.next() % 4)].map { try SpecifierSet($0) }
            if numbers.next() % 4 == 0 { file.yanked = .yes(reason: index % 2 == 0 ? "" : "broken ü") }
            switch numbers.next() % 3 {
            case 0: file.metadata = .available(sha256: nil)
            case 1: file.metadata = .available(sha256: SHA256Digest(of: name))
            default: break
            }
            if numbers.next() % 2 == 0 { file.size = numbers.next() >> 20 }
            if numbers.next() % 2 == 0 { file.uploadTime = UploadTime(microseconds: Int64(numbers.next() >> 12)) }
            return (file, sources[Int(numbers.next() % 2)])
        }
    }

    private static func page(_ count: Int, seed: UInt64 = 1, fetched: Int64 = 5) throws -> ProjectPage {
        ProjectPage(
            try name("demo"), files: try files(count, seed: seed), isKnown: true, status: "archived",
            validators: .init(eTag: "\"x\"", lastModified: "yesterday", index: "https://index/simple/"),
            fetched: fetched, freshUntil: 600)
    }

    @Test("a page comes back from its document as it was", arguments: [0, 1, 2, 100])
    func roundTrip(count: Int) throws {
        let files = try Self.files(count, seed: 1)
        let page = try Self.page(count)
        let read = try #require(ProjectPage(page.project, document: page.document))
        #expect(try read.files == files.map(\.0))
        #expect(read.count == count)
        #expect(read.status == "archived")
        #expect(read.validators == page.validators)
        #expect(read.digest == page.digest)
        #expect(read.fetched == 5)
        #expect(read.freshUntil == 600)
        for place in files.indices {
            #expect(try read.file(place) == files[place].0)
            #expect(try read.source(of: place) == files[place].1)
            #expect(try read.place(of: files[place].0.filename) == place)
        }
        #expect(throws: PythonIndexError.self) { try read.file(count) }
    }

    @Test("the digest is of what the page says, not of when")
    func digest() throws {
        #expect(try Self.page(20).digest == Self.page(20, fetched: 99).digest)
        #expect(try Self.page(20).digest != Self.page(20, seed: 2).digest)
        let refreshed = try Self.page(20).refreshed(fetched: 7, freshUntil: 8)
        #expect(refreshed.fetched == 7)
        #expect(refreshed.freshUntil == 8)
        #expect(try refreshed.digest == Self.page(20).digest)
        #expect(try refreshed.files == Self.page(20).files)
    }

    @Test("a document that is cut off or changed is no page, or is told as damaged, and never crashes")
    func damage() throws {
        let page = try Self.page(30)
        for end in page.document.indices {
            #expect(ProjectPage(page.project, document: Array(page.document[..<end])) == nil)
        }
        var numbers = SeededGenerator(7)
        for _ in 0..<3000 {
            var document = page.document
            let place = Int(numbers.next() % UInt64(document.count))
            document[place] = UInt8(truncatingIfNeeded: numbers.next())
            guard let read = ProjectPage(page.project, document: document) else { continue }
            do { _ = try read.files } catch { #expect((error as? PythonIndexError)?.code == .damagedRecord) }
        }
    }

    @Test(
        "an answer serves as long as its header says, ten minutes where it says nothing",
        arguments: [
            (nil, nil, 600), ("max-age=60", nil, 60), ("public, max-age=\"120\"", nil, 120), ("max-age=60", "20", 40),
            ("max-age=60", "90", 0), ("no-store", nil, 0), ("no-cache, max-age=60", nil, 0), ("private", nil, 600),
            ("max-age=99999999", nil, 86_400), ("max-age=x", nil, 600), ("s-maxage=5", nil, 600),
        ] as [(String?, String?, Int64)])
    func freshness(control: String?, age: String?, expected: Int64) {
        #expect(Freshness.until(cacheControl: control, age: age, now: 1000) == 1000 + expected * 1000)
    }
}
