import ImageSpec
import Testing

@Suite("Tags of releases")
struct ReleaseTagTests {
    @Test(
        "the next revision is one more than the newest, whatever else is tagged there",
        arguments: [
            ([], "1.0-1"), (["latest", "1.0"], "1.0-1"), (["1.0-1"], "1.0-2"),
            (["1.0-2", "1.0-10", "1.0-9"], "1.0-11"),
            (["1.0-7", "1.0.1-9", "11.0-30", "1.0-rc-8", "1.0-x", "1.0-"], "1.0-8"),
            // None that a release would have written.
            (["1.0-01", "1.0-0", "1.0--3", "1.0-+4", "1.0-٣", "1.0-99999999999999999999"], "1.0-1"),
            (["sha256-00.sig", "V1.0-4", "1x0-5"], "1.0-1"),
        ] as [([String], String)])
    func next(tags: [String], next: String) throws {
        #expect(try ReleaseTag.next(of: "1.0", among: tags).description == next)
    }

    @Test("the releases of a version are told the newest first")
    func all() {
        let tags = ["2.21.0-1", "latest", "2.21.0-12", "2.21.0-3", "2.2-5"]
        #expect(ReleaseTag.all(of: "2.21.0", among: tags).map(\.revision) == [12, 3, 1])
    }

    @Test(
        "a version that tags cannot have, or that looks like another's revision, is refused",
        arguments: [
            "", "1.0+local", "-1", ".5", "a b", "1/2", "latest", "2026-11-22", "1-0", "sha256-abc",
            String(repeating: "1", count: 119), "ü",
        ])
    func refused(version: String) throws {
        #expect(throws: ImageSpecError.self) { try ReleaseTag.check(version) }
        #expect(throws: ImageSpecError.self) { try ReleaseTag.next(of: version, among: []) }
    }

    @Test(
        "other versions are not", arguments: ["1", "2.21.0", "1.0-rc1", "2026.11.22", "v3", "_x", "1.0_2", "1-0-beta"])
    func taken(version: String) throws {
        let tag = try ReleaseTag.next(of: version, among: [])
        #expect(ReleaseTag(tag.description, of: version) == tag)
    }
}
