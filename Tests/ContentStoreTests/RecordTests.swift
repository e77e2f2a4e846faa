import ContentStore
import Foundation
import SystemPackage
import Testing

@Suite("records")
struct RecordTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }

    init() throws {
        scratch = try ScratchStore()
    }

    @Test("a document is found by its kind and key, and another store of the same folder sees it")
    func roundTrip() throws {
        #expect(try store.record(kind: "unit.1", key: "a") == nil)
        try store.setRecord(kind: "unit.1", key: "a", value: [1, 2, 3])
        try store.setRecord(kind: "unit.2", key: "a", value: [])
        let other = ContentStore(at: store.root)
        #expect(try other.record(kind: "unit.1", key: "a") == [1, 2, 3])
        #expect(try other.record(kind: "unit.2", key: "a") == [])
        try other.setRecord(kind: "unit.1", key: "a", value: [4])
        #expect(try store.record(kind: "unit.1", key: "a") == [4])
        try store.removeRecord(kind: "unit.1", key: "a")
        #expect(try other.record(kind: "unit.1", key: "a") == nil)
    }

    @Test("the index's log does not grow without end")
    func log() throws {
        for number in 0..<400 {
            try store.setRecord(kind: "unit.1", key: "\(number)", value: [UInt8](repeating: 1, count: 5_000))
        }
        let log = try FileManager.default.attributesOfItem(atPath: store.root.appending("store.sqlite-wal").string)[
            .size]
        #expect(try #require(log as? Int) < 700_000)
    }

    @Test("a batch finds those that are there")
    func batch() throws {
        try store.setRecords(
            kind: "page.1", (0..<50).map { ("k\($0)", [UInt8](repeating: UInt8($0), count: $0 * 1000)) })
        let found = try store.records(kind: "page.1", keys: ["k3", "missing", "k49"])
        #expect(found.mapValues(\.count) == ["k3": 3000, "k49": 49_000])
        #expect(found["k49"]?.allSatisfy { $0 == 49 } == true)
    }
}
