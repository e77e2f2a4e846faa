import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Releases to a registry", .timeLimit(.minutes(10)), .enabled(if: RegistryUser.possible, RegistryUser.needs))
struct ReleaseTests {
    private let releaser: Releaser
    private var user: FreshUser { releaser.user }

    init() async throws {
        releaser = try await Releaser()
    }

    private static let inFolder = ["--test-in", "folder"]

    @Test(
        "the first is -1, the same again pushes nothing, another package or variant is -2; skopeo pulls it, openssl verifies it"
    )
    func revisions() async throws {
        try await user.succeed("image", "key", "new", "release.key")
        let recipe = try await releaser.recipe(more: "tests:\n  - import: tool\n")
        let words = [recipe, "--key", "release.key"] + Self.inFolder
        let first = try await releaser.one(words)
        #expect(first.outcome == "released" && first.tag == "1.0-1" && first.moved == ["1.0", "latest"])
        #expect(first.tests?.map(\.passed) == [true])
        let digest = try #require(first.digest)
        for tag in ["1.0-1", "1.0", "latest"] {
            #expect(try await releaser.person.digest("team/demo:\(tag)") == digest)
        }

        let before = try releaser.kept()
        let again = try await releaser.one(words + ["--locked"])
        #expect(again.outcome == "unchanged" && again.tag == "1.0-1" && again.digest == digest && again.moved.isEmpty)
        #expect(again.tests == nil)
        #expect(try releaser.kept() == before)

        _ = try await releaser.recipe("demo", ["tool==1.1"], more: "tests:\n  - import: tool\n")
        let second = try await releaser.one(words)
        #expect(second.outcome == "released" && second.tag == "1.0-2" && second.moved == ["1.0", "latest"])
        #expect(second.digest != digest)
        #expect(try await releaser.tags() == ["1.0", "1.0-1", "1.0-2", "latest"])
        #expect(try await releaser.person.digest("team/demo:1.0-1") == digest)
        let latest = try await releaser.person.digest("team/demo:latest")
        #expect(latest == second.digest)

        // The environment is the same, and the image is not.
        _ = try await releaser.recipe(
            "demo", ["tool==1.1"], more: "image: {labels: {team: data}}\ntests:\n  - import: tool\n")
        #expect(try await releaser.one(words).tag == "1.0-3")
        // Another version counts for itself.
        _ = try await releaser.recipe("demo", ["tool==1.1"], version: "1.1", more: "tests:\n  - import: tool\n")
        #expect(try await releaser.one(words).tag == "1.1-1")
        // What was there before stays what it was, and the newest keeps the moving tags.
        _ = try await releaser.recipe(more: "tests:\n  - import: tool\n")
        let older = try await releaser.one(words)
        #expect(older.outcome == "unchanged" && older.tag == "1.0-1" && older.moved.isEmpty)

        let copy = "oci:\(user.scratch.file("copy")):v"
        _ = try await releaser.person.skopeo("copy", ["-q", releaser.person.place("team/demo:1.0-2"), copy])
        #expect(
            try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", copy]).run()
                == "\(second.digest ?? "")\n")
        try await openssl(digest)
        let verified = try await releaser.person.chidori(
            "env", "verify", releaser.person.place("team/demo:1.0-2"), "--key", "release.pub", "--as",
            "\(releaser.person.registry.host)/team/demo")
        #expect(verified.status == 0, "\(verified.errorText)")
        let said = verified.text + verified.errorText
        for type in ["spdx", "cyclonedx", "in-toto"] { #expect(said.contains(type), "\(said)") }
        #expect(said.contains("signed by the same key"), "\(said)")
    }

    /// Verifies the signature of an image at the registry with the public key.
    private func openssl(_ digest: String) async throws {
        let hex = digest.dropFirst("sha256:".count)
        let raw = try await releaser.person.skopeo(
            "inspect", ["--raw", releaser.person.place("team/demo:sha256-\(hex).sig")])
        let manifest = try #require(try JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any])
        let layer = try #require((manifest["layers"] as? [[String: Any]])?.first)
        let payload = try #require((layer["digest"] as? String)?.dropFirst("sha256:".count))
        let blob = releaser.person.registry.data.appending(
            "docker/registry/v2/blobs/sha256/\(payload.prefix(2))/\(payload)/data")
        let text = try #require((layer["annotations"] as? [String: String])?["dev.cosignproject.cosign/signature"])
        try user.scratch.write("signature", try #require(Data(base64Encoded: text)))
        let said = try await Command(
            "openssl", ["dgst", "-sha256", "-verify", "release.pub", "-signature", "signature", blob.string],
            in: user.scratch.path
        ).run()
        #expect(said == "Verified OK\n")
        #expect(try String(contentsOfFile: blob.string, encoding: .utf8).contains(digest))
    }

    @Test("a base that was patched under its tag is the next revision of the same recipe and lock; then nothing is new")
    func movedBase() async throws {
        let person = releaser.person
        let python = try await FreshUser.python.value
        /// Lets the base's tag mean another image.
        func patch(_ seed: Int) async throws -> String {
            let digest = try await person.layout.add("3", [.init("usr/bin/python\(python)", size: 1000, seed: seed)])
            let places = ["oci:\(person.layout.folder):3", person.place("bases/python:3")]
            _ = try await person.skopeo("copy", ["-q"] + places)
            return digest
        }
        func base(of tag: String) async throws -> String? {
            let manifest = try await person.skopeo("inspect", ["--raw", person.place("team/demo:\(tag)")])
            let document = try JSONSerialization.jsonObject(with: Data(manifest.utf8)) as? [String: Any]
            return (document?["annotations"] as? [String: String])?["org.opencontainers.image.base.digest"]
        }
        let recipe = try await releaser.recipe(more: "bytecode: false\nbase: \(person.place("bases/python:3"))\n")
        let old = try await patch(1)
        let first = try await releaser.one([recipe])
        #expect(first.outcome == "released" && first.tag == "1.0-1")
        let lock = try user.text("recipes/demo.lock.toml")

        let new = try await patch(2)
        let second = try await releaser.one([recipe, "--locked"])
        #expect(second.outcome == "released" && second.tag == "1.0-2" && second.moved == ["1.0", "latest"])
        #expect(try await [base(of: "1.0-1"), base(of: "1.0-2")] == [old, new] && old != new)
        #expect(try await person.digest("team/demo:latest") == second.digest && first.digest != second.digest)
        // The lock is the same, and the environment.
        #expect(try user.text("recipes/demo.lock.toml") == lock)
        #expect(try await user.succeed("env", "list").split(separator: "\n").count == 2)

        let before = try releaser.kept()
        let third = try await releaser.one([recipe, "--locked"])
        #expect(third.outcome == "unchanged" && third.tag == "1.0-2" && third.digest == second.digest)
        #expect(third.moved.isEmpty && third.left.isEmpty)
        #expect(try releaser.kept() == before)
    }

    @Test("each variant of one environment's image is a revision of its own")
    func variants() async throws {
        var digests: Set<String> = []
        for (number, variant) in ["bytecode: false\n", "", "image: {compression: zstd}\n"].enumerated() {
            let recipe = try await releaser.recipe(more: variant)
            // In the data folder, where nobody waits for others to claim the same number.
            let made = try await releaser.one([recipe] + Self.inFolder, to: nil)
            #expect(made.outcome == "released" && made.tag == "1.0-\(number + 1)", "\(variant)")
            digests.insert(try #require(made.digest))
        }
        #expect(digests.count == 3)
        let listed = try await user.result("env", "list").document["environments"] as? [[String: Any]]
        #expect(Set(try #require(listed).compactMap { $0["id"] as? String }).count == 1)
    }

    @Test("what fails its tests, audit or check is not pushed, and the exit status says which")
    func refused() async throws {
        let failing = try await releaser.recipe(more: "tests:\n  - name: never\n    shell: echo what it said; exit 3\n")
        let report = try await releaser.release([failing] + Self.inFolder, status: 10)
        #expect(report.answer.releases.first?.error?.category == "testsFailed")
        #expect(report.words.contains("what it said") && report.words.contains("`never`"), "\(report.words)")

        try user.scratch.write(
            "osv/A.json",
            """
            {"id": "A-1", "modified": "2026-10-01T00:00:00Z", "summary": "A fault",
             "severity": [{"type": "CVSS_V3", "score": "\(AuditTests.critical)"}],
             "affected": [{"package": {"ecosystem": "PyPI", "name": "tool"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]}]}
            """)
        try await user.succeed("store", "osv", "load", "osv")
        let audit = "audit: {refuse: high}\n"
        let vulnerable = try await releaser.one([try await releaser.recipe(more: audit)], status: 14)
        #expect(vulnerable.error?.message.contains("A-1") == true)

        let mismatched = try await releaser.recipe("demo", ["tool>=1.0"])
        let stale = try await releaser.one([mismatched, "--locked"], status: 3)
        #expect(stale.error?.message.contains("does not answer") == true)
        let unnumbered = try await releaser.one([try await releaser.recipe(version: nil)], status: 3)
        #expect(unnumbered.error?.message.contains("has no version") == true)
        let dated = try await releaser.one([try await releaser.recipe(version: "2026-11-22")], status: 3)
        #expect(dated.error?.message.contains("revision 22 of version 2026-11") == true)
        #expect(try releaser.kept().isEmpty)

        // What is not vulnerable any more is released.
        let mended = try await releaser.one([try await releaser.recipe("demo", ["tool==1.1"], more: audit)])
        #expect(mended.tag == "1.0-1" && mended.tests == nil)
    }

    @Test("a revert pushes nothing and says where the moving tags stay, until it is told to move them back")
    func revert() async throws {
        func recipe(_ number: Int) async throws -> String {
            try await releaser.recipe(more: "image: {labels: {number: \"\(number)\"}}\n")
        }
        var digests: [String?] = []
        for number in 1...3 {
            let made = try await releaser.one([try await recipe(number)] + Self.inFolder)
            #expect(made.tag == "1.0-\(number)" && made.left.isEmpty)
            digests.append(made.digest)
        }
        let words = [try await recipe(1)] + Self.inFolder
        let (answer, said) = try await releaser.release(words)
        let reverted = try #require(answer.releases.first)
        #expect(reverted.outcome == "unchanged" && reverted.tag == "1.0-1" && reverted.moved.isEmpty)
        #expect(reverted.left == [.init(tag: "1.0", release: "1.0-3"), .init(tag: "latest", release: "1.0-3")])
        #expect(said.contains("warning: ") && said.contains("1.0 stays at 1.0-3, latest stays at 1.0-3"), "\(said)")
        #expect(said.contains("--move-tags"), "\(said)")
        #expect(try await releaser.person.digest("team/demo:latest") == digests[2])

        let moved = try await releaser.one(words + ["--move-tags"])
        #expect(moved.outcome == "unchanged" && moved.moved == ["1.0", "latest"] && moved.left.isEmpty)
        for tag in ["1.0", "latest"] { #expect(try await releaser.person.digest("team/demo:\(tag)") == digests[0]) }
        // The same again is quiet, and what is new goes on.
        let again = try await releaser.one(words)
        #expect(again.moved.isEmpty && again.left.isEmpty)
        let next = try await releaser.one([try await recipe(4)] + Self.inFolder)
        #expect(next.tag == "1.0-4" && next.moved == ["1.0", "latest"])
    }

    @Test("conflicts of jars that are not accepted are refused with the check's status")
    func conflicts() async throws {
        let folder = try JarFolder(user: user)
        for name in ["one", "two"] {
            try folder.publish("\(name):1.0", jar: CraftedZip([.init("org/example/A.class", name)]).bytes)
        }
        let jars = ["org.example:one:1.0", "org.example:two:1.0"]
        let recipe = try await folder.recipe("demo", jars, more: "version: \"1.0\"\n")
        let refused = try await releaser.one([recipe], status: 11)
        let message = try #require(refused.error?.message)
        #expect(message.contains("duplicate-classes org.example:one org.example:two"), "\(message)")
        #expect(try releaser.kept().isEmpty)
        let accepting = try await folder.recipe(
            "demo", jars,
            more: """
                version: "1.0"
                check:
                  accept:
                    - {conflict: duplicate-classes org.example:one org.example:two, reason: both are the same}

                """)
        #expect(try await releaser.one([accepting]).tag == "1.0-1")
    }

    @Test("a rehearsal builds, tests and tells the tag, and writes nothing")
    func dryRun() async throws {
        let recipe = try await releaser.recipe(more: "tests:\n  - import: tool\n")
        let words = [recipe, "--dry-run"] + Self.inFolder
        let planned = try await releaser.one(words)
        #expect(planned.outcome == "planned" && planned.tag == "1.0-1" && planned.tests?.count == 1)
        #expect(try releaser.kept().isEmpty)
        // The name is nobody's yet.
        try await user.refuse(["env", "show", "demo"], status: 3, naming: ["demo"])
        let released = try await releaser.one([recipe] + Self.inFolder)
        #expect(released.tag == "1.0-1" && released.digest == planned.digest)
        #expect(try await releaser.one(words).outcome == "unchanged")
        for (place, trouble) in [
            ("nowhere", "names no registry"), ("registry.example/team/demo:1", "has a tag"),
            ("registry.example/Team", "has the name \"Team\""),
        ] {
            let refused = try await user.chidori("image", "release", recipe, "--to", place)
            #expect(
                refused.status == 2 && refused.errorText.contains("--to takes a repository")
                    && refused.errorText.contains("and \(place) \(trouble)"), "\(refused.errorText)")
        }
    }

    @Test("a folder's recipes go each to a repository of its own; one that fails keeps none of the others")
    func folder() async throws {
        for name in ["alpha", "beta"] { _ = try await releaser.recipe(name) }
        _ = try await releaser.recipe("broken", ["nothing==9"])
        let folder = user.scratch.file("recipes").string
        let report = try await releaser.release([folder], to: "team", status: 4)
        #expect(report.answer.releases.map(\.name) == ["alpha", "beta", "broken"])
        #expect(report.answer.releases.map(\.outcome) == ["released", "released", "failed"])
        #expect(
            report.answer.releases.map(\.repository) == [
                "\(releaser.person.registry.host)/team/alpha", "\(releaser.person.registry.host)/team/beta", nil,
            ])
        #expect(report.words.contains("2 released, 1 failed"), "\(report.words)")
        let named = try await releaser.release([user.scratch.file("recipes/alpha.yaml").string], to: "x/{name}-env")
        #expect(named.answer.releases.first?.repository?.hasSuffix("/x/alpha-env") == true)
        try user.scratch.write(
            "recipes/gamma.yaml",
            String(contentsOfFile: user.scratch.file("recipes/alpha.yaml").string, encoding: .utf8))
        let twice = try await releaser.release([folder], to: "team", status: 4)
        #expect(twice.answer.releases.last?.error?.message.contains("alpha.yaml") == true)
    }

    @Test("of releases at one moment each image gets a revision of its own, and the newest has the moving tags")
    func race() async throws {
        let count = 4
        let entries = try await withThrowingTaskGroup(of: Releaser.Entry.self) { group in
            for number in 0..<count {
                let recipe = try await user.recipe(
                    "demo", ["tool==1.0"], more: "version: \"1.0\"\nenvironment: {NUMBER: \"\(number)\"}\n")
                let own = user.scratch.file("own-\(number)")
                try FileManager.default.createDirectory(atPath: own.string, withIntermediateDirectories: true)
                let copy = own.appending("demo.yaml").string
                try FileManager.default.copyItem(atPath: recipe, toPath: copy)
                group.addTask {
                    try await releaser.one([copy, "--data", own.appending("data").string])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(entries.compactMap(\.tag)) == Set((1...count).map { "1.0-\($0)" }))
        for entry in entries {
            #expect(try await releaser.person.digest("team/demo:\(entry.tag ?? "")") == entry.digest)
        }
        let newest = entries.first { $0.tag == "1.0-\(count)" }?.digest
        for tag in ["1.0", "latest"] { #expect(try await releaser.person.digest("team/demo:\(tag)") == newest) }
    }
}
