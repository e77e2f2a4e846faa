import Cryptography
import PythonIndex
import PythonPackaging
import Testing

@testable import PythonResolver

@Suite("Compact documents")
struct DocumentTests {
    private func listing() async throws -> ProjectListing {
        let index = MadeUpIndex()
        try index.add("app", "1.0", tags: "cp311-cp311-manylinux_2_28_x86_64", python: ">=3.8")
        try index.add("app", "1.0", isSource: true)
        try index.add("app", "1!2.0.post1.dev3+local.7", build: "3x", yanked: "why")
        try index.add("app", "0.9rc1")
        return try #require(index.storedListing(of: try PackageName("app")))
    }

    private func table() throws -> DependencyTable {
        var collector = DependencyCollector(DependencyTable())
        let needs = ["a>=1", "b ; extra == 'x'", "c ; extra == 'x' or python_version < '3'", "d ; os_name == 'nt'"]
        let requirements = try needs.map { try Requirement($0) }
        collector.add(FileMetadata(requirements: requirements, requiresPython: try SpecifierSet(">=3")), key: 1)
        collector.add(FileMetadata(requirements: Array(requirements.reversed()), fault: "is odd"), key: 2)
        return collector.table
    }

    @Test("a listing is read back as it was written")
    func listings() async throws {
        let listing = try await listing()
        #expect(listing.versions.map(\.description) == ["0.9rc1", "1.0", "1!2.0.post1.dev3+local.7"])
        #expect(ProjectListing(encoded: listing.encoded()) == listing)
    }

    @Test("a table of dependencies is read back, with each requirement once")
    func tables() throws {
        let table = try table()
        #expect(table.requirements.count == 4)
        #expect(table.extraOf.map(Int.init) == [65535, 0, 65534, 65535])
        #expect(DependencyTable(encoded: table.encoded()) == table)
    }

    @Test("a document that is cut off or changed is refused or read, and never a fault")
    func damaged() async throws {
        let documents = [try await listing().encoded(), try table().encoded()]
        for document in documents {
            for length in 0..<document.count {
                #expect(ProjectListing(encoded: Array(document[..<length])) == nil)
                #expect(DependencyTable(encoded: Array(document[..<length])) == nil)
            }
            for place in document.indices {
                var changed = document
                changed[place] ^= 0xFF
                _ = ProjectListing(encoded: changed)
                _ = DependencyTable(encoded: changed)
            }
        }
    }
}

extension DocumentTests {
    @Test("the details of chosen files are read back, each in full")
    func chosenFiles() throws {
        var full = IndexFile(filename: "a-1-py3-none-any.whl", url: "https://example.org/a-1-py3-none-any.whl")
        full.sha256 = SHA256Digest(of: [1])
        full.otherHashes = ["md5": "00", "sha512": "ff"]
        full.requiresPython = try SpecifierSet(">=3.9,<4")
        full.yanked = .yes(reason: "")
        full.metadata = .available(sha256: SHA256Digest(of: [2]))
        full.size = 0
        full.uploadTime = UploadTime(microseconds: -7)
        var files = ChosenFiles(page: "p")
        files.files[3] = ChosenFile(file: full, source: ProjectPage.Source(.findLinks, url: "file:///x"))
        files.files[70_000] = ChosenFile(file: IndexFile(filename: "b", url: "c"), source: nil)
        #expect(ChosenFiles(encoded: files.encoded()) == files)
        for length in 0..<files.encoded().count {
            #expect(ChosenFiles(encoded: Array(files.encoded()[..<length])) == nil)
        }
    }

    @Test("a URL names a file of the project, its digest with it")
    func directFiles() throws {
        let name = try PackageName("a-b")
        let digest = SHA256Digest(of: [1])
        let url = "https://example.org/x/a_b-1.0%2Blocal-py3-none-any.whl?token=1#sha256=\(digest.hex)"
        let file = try DirectFile.file(at: url, of: name)
        #expect(file.filename == "a_b-1.0+local-py3-none-any.whl")
        #expect(file.sha256 == digest)
        #expect(throws: ResolverError.self) {
            try DirectFile.file(at: "https://example.org/c-1-py3-none-any.whl", of: name)
        }
        #expect(try DirectFile.file(at: "https://example.org/a_b-1.tar.gz", of: name).filename == "a_b-1.tar.gz")
        #expect(throws: ResolverError.self) { try DirectFile.file(at: "https://example.org/a_b.exe", of: name) }
    }

    @Test("what is known of a file is not known of another place that claims its digest or announces other metadata")
    func fileKeys() throws {
        let digest = SHA256Digest(of: "wheel"), other = SHA256Digest(of: "other")
        let announcements: [(url: String, metadata: IndexFile.MetadataFile)] = [
            ("https://honest/x", .none), ("https://evil/x", .none), ("https://honest/x", .available(sha256: digest)),
            ("https://honest/x", .available(sha256: other)),
        ]
        let files = announcements.map {
            IndexFile(filename: "demo-1-py3-none-any.whl", url: $0.url, sha256: digest, metadata: $0.metadata)
        }
        let listing = ProjectListing(files, of: try PackageName("demo"), page: "p")
        #expect(Set(listing.files.map(\.key)).count == 4)
        #expect(Set(listing.files.map(\.digestKey)) == [FileKey.of(digest)])
        #expect(ProjectListing(encoded: listing.encoded()) == listing)
    }
}
