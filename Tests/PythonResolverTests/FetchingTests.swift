import PythonPackaging
import PythonResolver
import Testing

@Suite("Fetching while resolving")
struct FetchingTests {
    private func fill(_ index: MadeUpIndex) throws {
        try index.add("app", "1.0", needs: (0..<8).map { "lib\($0)>=1" })
        for number in 0..<8 {
            for version in ["1.0", "2.0"] {
                try index.add("lib\(number)", version, needs: ["base>=1", "deep\(number)"])
            }
            try index.add("deep\(number)", "1.0")
        }
        for version in ["1.0", "2.0"] { try index.add("base", version) }
    }

    @Test("what must be fetched gives the same versions as what is stored")
    func same() async throws {
        let (stored, distant) = (MadeUpIndex(), MadeUpIndex(isStored: false))
        try fill(stored)
        try fill(distant)
        #expect(try await stored.resolve("app").pins == distant.resolve("app").pins)
    }

    @Test("listings and metadata are fetched many at once, each once")
    func parallel() async throws {
        let index = MadeUpIndex(isStored: false)
        try fill(index)
        _ = try await index.resolve("app")
        #expect(index.mostUnderWay >= 8)
        #expect(Set(index.fetchedListings).count == index.fetchedListings.count)
        #expect(Set(index.fetchedMetadata).count == index.fetchedMetadata.count)
        // The newest of each, and nothing else.
        #expect(index.fetchedMetadata.count == 18)
    }

    @Test("what was learned of dependencies is kept, and not fetched again")
    func kept() async throws {
        let index = MadeUpIndex()
        try fill(index)
        let first = try await index.resolve("app")
        let count = index.fetchedMetadata.count
        #expect(try await index.resolve("app").pins == first.pins)
        #expect(index.fetchedMetadata.count == count)
    }

    @Test("a project whose versions fail one after the other has many fetched ahead")
    func ahead() async throws {
        let index = MadeUpIndex(isStored: false)
        try index.add("app", "1.0", needs: ["old", "base==1"])
        for version in 1...60 { try index.add("old", "\(version)", needs: ["base==\(version)"]) }
        for version in 1...60 { try index.add("base", "\(version)") }
        let resolution = try await index.resolve("app")
        #expect(resolution.pins == ["app==1.0", "base==1", "old==1"])
        #expect(index.mostUnderWay >= 10)
    }
}
