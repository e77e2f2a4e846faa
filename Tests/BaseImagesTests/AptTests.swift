import ContentStore
import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BaseImages

/// An archive of packages made by the test, which apt reads without a network.
struct ArchiveFixture {
    let scratch: Scratch
    var sources: FilePath { scratch.file("base.list") }

    init() async throws {
        scratch = try Scratch("archive")
        try scratch.write("base.list", "deb [trusted=yes] copy:\(scratch.file("pool")) ./\n")
    }

    /// Adds a package of one file and makes the archive's lists anew.
    func add(_ name: String, _ version: String, fields: [String] = [], content: String = "x") async throws {
        let tree = "tree/\(name)"
        try scratch.write("\(tree)/usr/share/\(name)", content)
        let control = [
            "Package: \(name)", "Version: \(version)", "Architecture: all", "Maintainer: nobody <nobody@example.org>",
            "Description: \(name)",
        ]
        try scratch.write("\(tree)/DEBIAN/control", (control + fields).joined(separator: "\n") + "\n")
        try await Command("mkdir", ["-p", scratch.file("pool").string]).run()
        try await Command(
            "dpkg-deb", ["--root-owner-group", "--build", scratch.file(tree).string, scratch.file("pool").string]
        ).run()
        try await list()
    }

    func remove(_ file: String) async throws {
        try FileManager.default.removeItem(atPath: scratch.file("pool/\(file)").string)
        try await list()
    }

    private func list() async throws {
        let script = """
            for file in *.deb; do
                dpkg-deb --field "$file"
                printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' \
                    "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
            done > Packages
            printf 'Date: Sat, 10 May 2025 09:50:20 UTC\\nSHA256:\\n %s %s Packages\\n' \
                "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" > Release
            """
        try await Command("sh", ["-c", script], in: scratch.file("pool")).run()
    }
}

@Suite(
    "apt solves and fetches in a root of its own",
    .enabled(if: Peer.has("apt-get", "dpkg-deb"), "needs apt-get and dpkg-deb"))
struct AptTests {
    static let definition = BaseDefinition(
        name: "tiny", suites: ["./"], components: ["main"], architectures: ["amd64"], packages: ["app"], exclude: [],
        include: [], python: "/usr/bin/python3", environment: [:], labels: [:])

    /// An archive of an essential package, one that is asked for, what it depends on, and what it only recommends.
    private func archive() async throws -> ArchiveFixture {
        let archive = try await ArchiveFixture()
        try await archive.add("ground", "1", fields: ["Essential: yes"])
        try await archive.add("app", "1:2.0-1", fields: ["Depends: lib (>= 1)", "Recommends: extra"])
        try await archive.add("lib", "1.5")
        try await archive.add("extra", "1")
        try await archive.add("other", "1")
        return archive
    }

    private func lock(_ archive: ArchiveFixture) throws -> BaseLock {
        let lists = try Scratch("lists")
        return try BaseLocker(sources: archive.sources).lock(Self.definition, scratch: lists.path)
    }

    @Test("a lock holds the essential packages, those asked for and what they need; not what they recommend")
    func locks() async throws {
        let archive = try await archive()
        let lock = try lock(archive)
        let part = try lock.part(.amd64)
        #expect(part.packages.map(\.name) == ["app", "ground", "lib"])
        #expect(part.packages[0].version == "1:2.0-1")
        #expect(part.epoch == 1_746_870_620)
        let file = archive.scratch.file("pool/\(part.packages[0].file)")
        #expect(try part.packages[0].digest == SHA256Digest(of: Data(contentsOf: URL(filePath: file.string))))
        #expect(!lock.toml.contains(archive.scratch.path.string))
    }

    @Test("packages that do not exist or do not fit are told with apt's own words")
    func unsolvable() async throws {
        let archive = try await archive()
        try await archive.add("app", "2:3", fields: ["Depends: missing (>= 4)"])
        #expect { try lock(archive) } throws: {
            ($0 as? BaseError)?.code == .unsolvable && "\($0)".contains("missing")
        }
    }

    @Test("fetched files are kept under their digests, and fetched once")
    func fetches() async throws {
        let archive = try await archive()
        let lock = try lock(archive)
        let data = try Scratch("data")
        let store = ContentStore(at: data.path)
        let fetcher = BaseFetcher(store: store, sources: archive.sources)
        #expect(try fetcher.missing(lock, .amd64).count == 3)
        try fetcher.fetch(lock, .amd64, scratch: try Scratch("work", in: data.path).path)
        for package in try lock.part(.amd64).packages { #expect(try store.contains(package.digest)) }
        let offline = BaseFetcher(store: store, offline: true)
        try offline.fetch(lock, .amd64, scratch: data.file("unused"))
    }

    @Test("offline, a lock whose files are not there is a named error")
    func offline() async throws {
        let lock = try lock(try await archive())
        let data = try Scratch("data")
        #expect {
            try BaseFetcher(store: ContentStore(at: data.path), offline: true).fetch(lock, .amd64, scratch: data.path)
        } throws: { ($0 as? BaseError)?.code == .unreachable && "\($0)".contains("3 package files") }
    }

    @Test("a version that the archive has dropped is named, unless somebody has kept the file")
    func gone() async throws {
        let archive = try await archive()
        let lock = try lock(archive)
        let lib = try #require(try lock.part(.amd64).packages.first { $0.name == "lib" })
        let kept = try Data(contentsOf: URL(filePath: archive.scratch.file("pool/\(lib.file)").string))
        try await archive.remove(lib.file)
        try await archive.add("lib", "1.6")
        let data = try Scratch("data")
        let store = ContentStore(at: data.path)
        let fetcher = BaseFetcher(store: store, sources: archive.sources)
        #expect { try fetcher.fetch(lock, .amd64, scratch: try Scratch("work", in: data.path).path) } throws: {
            ($0 as? BaseError)?.code == .packageGone && "\($0)".contains("lib 1.5")
        }
        _ = try store.insert(Array(kept))
        try fetcher.fetch(lock, .amd64, scratch: try Scratch("work", in: data.path).path)
        #expect(try fetcher.missing(lock, .amd64).isEmpty)
    }

    @Test("a published file that has changed is refused")
    func changed() async throws {
        let archive = try await archive()
        let lock = try lock(archive)
        try await archive.add("lib", "1.5", content: "another")
        let data = try Scratch("data")
        let store = ContentStore(at: data.path)
        #expect {
            try BaseFetcher(store: store, sources: archive.sources).fetch(
                lock, .amd64, scratch: try Scratch("work", in: data.path).path)
        } throws: { ($0 as? BaseError)?.code == .wrongContent && ($0 as? BaseError)?.subject.contains("lib") == true }
    }

    @Test("sources that cannot be read are a named error")
    func unreachable() async throws {
        let archive = try await archive()
        try archive.scratch.write("base.list", "deb [trusted=yes] copy:/no/such/place ./\n")
        #expect { try lock(archive) } throws: { ($0 as? BaseError)?.code == .unreachable }
    }
}
