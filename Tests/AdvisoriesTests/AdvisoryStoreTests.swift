import Advisories
import Foundation
import SupplyChain
import SystemPackage
import TestSupport
import Testing

@Suite("Advisories in a data folder")
struct AdvisoryStoreTests {
    private let scratch: Scratch
    private let store: AdvisoryStore
    private let demo: AffectedPackage

    init() throws {
        scratch = try Scratch("advisories")
        store = AdvisoryStore(in: scratch.file("data"))
        demo = try #require(AffectedPackage(.python, named: "demo"))
    }

    @discardableResult
    private func write(
        _ id: String, fixed: String = "2", modified: String = "2026-01-01T00:00:00Z", package: String = "demo",
        more: String = "", to folder: String = "osv"
    ) throws -> FilePath {
        try scratch.write(
            "\(folder)/\(id).json",
            """
            {"id": "\(id)", "modified": "\(modified)", "details": "long", \(more)
             "affected": [{"package": {"ecosystem": "PyPI", "name": "\(package)"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "\(fixed)"}]}]}]}
            """)
    }

    private func ids(of version: String) throws -> [String] {
        try (store.advisories(on: [demo])[demo] ?? []).filter { $0.match(demo, version: version) != nil }.map(\.id)
            .sorted()
    }

    @Test("what was loaded from a folder, a zip or a file is found by package")
    func loading() async throws {
        try write("A")
        try write("B", package: "other")
        try write("C", to: "osv/deeper")
        try scratch.write("osv/readme.txt", "no advisory")
        #expect(try store.load(AdvisoryFiles(scratch.file("osv"))) == .init(read: 3, changed: 3))
        #expect(try ids(of: "1") == ["A", "C"])
        #expect(try store.contents() == .init(advisories: 3, packages: 2, newest: "2026-01-01T00:00:00Z"))
        try write("D", to: "zipped")
        try await Command("zip", ["-qr", "export.zip", "zipped"], in: scratch.path).run()
        #expect(try store.load(AdvisoryFiles(scratch.file("export.zip"))) == .init(read: 1, changed: 1))
        let file = try write("E", to: "single")
        #expect(try store.load(AdvisoryFiles(file)) == .init(read: 1, changed: 1))
        #expect(try ids(of: "1.9") == ["A", "C", "D", "E"])
        #expect(try ids(of: "2") == [])
        #expect(try store.load(AdvisoryFiles(scratch.file("osv")), anew: true).changed == 3)
        #expect(try ids(of: "1") == ["A", "C"])
    }

    @Test("who asks while others are loaded gets what was there before, at once")
    func readingMeanwhile() async throws {
        try write("A")
        _ = try store.load(AdvisoryFiles(scratch.file("osv")))
        let filler = String(repeating: "x", count: 4000)
        for number in 0..<1200 {
            try write("N\(number)", package: "p\(number)", more: "\"summary\": \"\(filler)\",", to: "many")
        }
        let clock = ContinuousClock()
        let loading = Task.detached { [store, scratch] in
            let begin = clock.now
            _ = try store.load(AdvisoryFiles(scratch.file("many")))
            return clock.now - begin
        }
        var longest = Duration.zero
        var stamps: Set<[Int64]> = []
        for _ in 0..<10_000 {
            let begin = clock.now
            let found = try ids(of: "1")
            longest = max(longest, clock.now - begin)
            #expect(found == ["A"])
            stamps.insert(store.stamp)
            if try store.contents().advisories > 1 { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        let whole = try await loading.value
        #expect(longest < whole / 4, "\(longest) of \(whole)")
        #expect(try store.contents().advisories == 1201)
        #expect(stamps.count > 1)
    }

    @Test("of two with one id the newer stays, and one that was withdrawn says nothing any more")
    func newer() throws {
        try write("A", fixed: "2", modified: "2026-02-01T00:00:00Z")
        _ = try store.load(AdvisoryFiles(scratch.file("osv")))
        try write("A", fixed: "9", modified: "2026-01-01T00:00:00Z")
        #expect(try store.load(AdvisoryFiles(scratch.file("osv"))) == .init(read: 1, changed: 0))
        #expect(try ids(of: "5") == [])
        try write("A", fixed: "9", modified: "2026-03-01T00:00:00Z")
        #expect(try store.load(AdvisoryFiles(scratch.file("osv"))) == .init(read: 1, changed: 1))
        #expect(try ids(of: "5") == ["A"])
        try write("A", modified: "2026-04-01T00:00:00Z", more: #""withdrawn": "2026-04-01T00:00:00Z","#)
        #expect(try store.load(AdvisoryFiles(scratch.file("osv"))) == .init(read: 1, changed: 1))
        #expect(try ids(of: "1") == [])
    }

    @Test("nothing is taken in of an export with something in it that is no advisory")
    func broken() throws {
        try write("A")
        try scratch.write("osv/Z.json", #"{"id": 1}"#)
        let error = #expect(throws: SupplyChainError.self) { try store.load(AdvisoryFiles(scratch.file("osv"))) }
        #expect(error?.code == .noAdvisory && error?.subject.hasSuffix("Z.json") == true)
        #expect(try store.contents().advisories == 0)
    }

    @Test("a folder without advisories, a zip that is none and a path that is not there are refused")
    func nothing() throws {
        let scratch = self.scratch
        func code(_ path: FilePath) -> SupplyChainErrorCode? {
            do {
                _ = try store.load(AdvisoryFiles(path))
                return nil
            } catch {
                return (error as? SupplyChainError)?.code
            }
        }
        let folder = try scratch.write("empty/readme.txt", "x").removingLastComponent()
        #expect(code(folder) == .noAdvisory)
        #expect(code(try scratch.write("bad.zip", "no zip")) == .unreadable)
        #expect(code(scratch.file("nowhere.json")) == .unreadable)
    }

    @Test("a data folder without advisories says so, and a damaged file is no good news either")
    func missing() throws {
        let none = #expect(throws: SupplyChainError.self) { try store.advisories(on: [demo]) }
        #expect(none?.code == .noAdvisories)
        try scratch.write("data/advisories.sqlite", String(repeating: "no database", count: 100))
        let damaged = #expect(throws: SupplyChainError.self) { try store.advisories(on: [demo]) }
        #expect(damaged?.code == .unusableStore)
    }
}
