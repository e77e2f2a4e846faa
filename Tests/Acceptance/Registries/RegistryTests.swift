import Cryptography
import Foundation
import ImageSpec
import Registry
import SystemPackage
import TestSupport
import Testing
import Transfer

/// Debian's registry keeps what we push, skopeo reads it, and we read what skopeo has pushed.
@Suite(
    "Images at registries", .enabled(if: RegistryUser.possible, RegistryUser.needs), .timeLimit(.minutes(5)))
struct RegistryTests {
    @Test("an environment is built straight into a registry; skopeo takes it out; the same again sends nothing")
    func build() async throws {
        let person = try await RegistryUser()
        let recipe = try await person.user.recipe("demo", ["good"])
        let built = try await person.result("env", "build", recipe, "--image", person.place("team/demo:1"))
        let digest = try #require((built["image"] as? [String: Any])?["digest"] as? String)
        #expect(try await person.digest("team/demo:1") == digest)
        let copy = "oci:\(person.user.scratch.file("copy")):v"
        _ = try await person.skopeo("copy", ["-q", person.place("team/demo:1"), copy])
        #expect(try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", copy]).run() == digest + "\n")
        let again = try await person.chidori(
            "env", "build", recipe, "--image", person.place("team/demo:1"), "--verbose")
        #expect(again.errorText.contains("0 blobs sent"), "\(again.errorText)")
    }

    @Test("what skopeo pushed is copied out with the same digest, one platform or all")
    func pull() async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add(
            "v1", [.init("a", size: 300_000, seed: 1), .init("b", size: 10, seed: 2)],
            architectures: ["amd64", "arm64"])
        _ = try await person.skopeo(
            "copy", ["-q", "--all", "oci:\(person.layout.folder):v1", person.place("team/app:1")])
        let all = try await person.result(
            "image", "copy", "--all", person.place("team/app:1"), "oci:\(person.user.scratch.file("all")):v1")
        #expect(all["digest"] as? String == digest)
        let raw = try await Command("skopeo", ["inspect", "--raw", "oci:\(person.user.scratch.file("all")):v1"]).run()
        #expect(raw.contains("arm64") && raw.contains("amd64"))
        let archive = "oci-archive:\(person.user.scratch.file("arm.tar")):v1"
        let arm = try await person.result(
            "image", "copy", "--platform", "linux/arm64", person.place("team/app:1"), archive)
        let told = try await Command("skopeo", ["--override-arch", "arm64", "inspect", archive]).run()
        let armDigest = try #require(arm["digest"] as? String)
        #expect(told.contains("\"arm64\"") && told.contains(armDigest))
        // An image by itself is for one platform, and is no other's.
        for words in [["image", "copy", archive, person.place("team/other:1")], ["image", "inspect", archive]] {
            try await person.user.refuse(
                words + ["--platform", "linux/amd64"], status: 3,
                naming: ["is one image, for linux/arm64, and none for linux/amd64"], environment: person.environment)
        }
        #expect(try await person.chidori("image", "tags", person.place("team/other")).status != 0)
        _ = try await person.result("image", "copy", "--platform", "linux/arm64", archive, person.place("team/arm:0"))
        // And back from the file, by its digest.
        let back = try await person.result("image", "copy", archive, person.place("team/arm:1"))
        #expect(back["digest"] as? String == armDigest)
        #expect(try await person.digest("team/arm:1") == armDigest)
        try await person.user.expectSoundStore()
    }

    @Test("with a password and TLS: push, pull, tags and a refusal that says what to do")
    func secured() async throws {
        let person = try await RegistryUser(password: "s3cret: with a colon", tls: true)
        let digest = try await person.layout.add("v1", [.init("a", size: 5000, seed: 1)])
        let source = "oci:\(person.layout.folder):v1"
        let refused = try await person.chidori("image", "copy", source, person.place("a:1"))
        #expect(refused.status == 3 && refused.errorText.contains("skopeo login"), "\(refused.errorText)")
        let untrusted = try await person.chidori(
            "image", "copy", source, person.place("a:1"), environment: ["SSL_CERT_FILE": nil])
        #expect(untrusted.status == 5 && untrusted.errorText.contains("certificate"), "\(untrusted.errorText)")

        let auth = person.user.scratch.file("auth.json")
        _ = try await Command(
            "skopeo",
            [
                "login", "--authfile", auth.string, "--cert-dir", person.certificates.string, "-u", "ana", "-p",
                "s3cret: with a colon", person.registry.host,
            ]
        ).run()
        let known: [String: String?] = ["REGISTRY_AUTH_FILE": auth.string]
        let pushed = try await person.chidori("image", "copy", source, person.place("a:1"), environment: known)
        #expect(pushed.status == 0, "\(pushed.errorText)")
        #expect(try await person.digest("a:1") == digest)
        let tags = try await person.chidori("image", "tags", person.place("a"), environment: known)
        #expect(tags.text == "1\n", "\(tags.errorText)")
        let copied = try await person.chidori(
            "image", "copy", person.place("a@\(digest)"), "oci:\(person.user.scratch.file("out"))", environment: known)
        #expect(copied.status == 0, "\(copied.errorText)")
        for outcome in [refused, pushed, tags, copied] {
            #expect(!outcome.errorText.contains("s3cret") && !outcome.text.contains("s3cret"))
        }
    }

    @Test(
        "what `skopeo login` leaves where there is no session is found: below /run/containers",
        .enabled(if: geteuid() == 0, "takes root"))
    func loginWithoutSession() async throws {
        let person = try await RegistryUser(password: "s3cret")
        let image = try await person.layout.add("v1", [.init("a", size: 5000, seed: 1)])
        func skopeo(_ words: String...) async throws {
            _ = try await Command("skopeo", words + [person.registry.host], environment: ["XDG_RUNTIME_DIR": nil]).run()
        }
        try await skopeo("login", "--tls-verify=false", "-u", "ana", "-p", "s3cret")
        let pushed = try await person.chidori(
            "image", "copy", "oci:\(person.layout.folder):v1", person.place("a:1"))
        try await skopeo("logout")
        #expect(pushed.status == 0, "\(pushed.errorText)")
        #expect(try await person.digest("a:1") == image)
        let after = try await person.chidori("image", "tags", person.place("a"))
        #expect(after.status == 3, "\(after.errorText)")
    }

    @Test("a credential helper is asked for the password")
    func helper() async throws {
        let person = try await RegistryUser(password: "pw")
        try await person.layout.add("v1", [.init("a", size: 100, seed: 1)])
        let script = try person.user.scratch.write(
            "bin/docker-credential-fake",
            """
            #!/bin/sh
            [ "$1" = get ] && [ "$(cat)" = "\(person.registry.host)" ] || { echo "credentials not found"; exit 1; }
            echo '{"ServerURL":"x","Username":"ana","Secret":"pw"}'
            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.string)
        try person.user.scratch.write(".docker/config.json", #"{"credsStore":"fake"}"#)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let pushed = try await person.chidori(
            "image", "copy", "oci:\(person.layout.folder):v1", person.place("a:1"),
            environment: ["PATH": "\(person.user.scratch.file("bin")):\(path)"])
        #expect(pushed.status == 0, "\(pushed.errorText)")
    }

    @Test("many pushes of one image at one moment all arrive whole")
    func parallel() async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add(
            "v1", (0..<6).map { .init("f\($0)", size: 400_000, seed: $0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let pushed = try await person.chidori(
                        "image", "copy", "oci:\(person.layout.folder):v1", person.place("team/app:\(number)"))
                    #expect(pushed.status == 0, "\(pushed.errorText)")
                }
            }
            try await group.waitForAll()
        }
        for number in 0..<4 { #expect(try await person.digest("team/app:\(number)") == digest) }
        let copy = "dir:\(person.user.scratch.file("copy"))"
        _ = try await person.skopeo("copy", ["-q", person.place("team/app:0"), copy])
    }

    @Test("a push that is killed leaves no tag, and the next one succeeds")
    func killed() async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add(
            "v1", (0..<4).map { .init("f\($0)", size: 24_000_000, seed: $0) })
        let source = "oci:\(person.layout.folder):v1"
        let clock = ContinuousClock()
        let begin = clock.now
        _ = try await person.command(["image", "copy", source, person.place("first:1")]).run()
        let time = clock.now - begin
        for number in 0..<3 {
            let running = try person.command(["image", "copy", source, person.place("k\(number):1")]).start()
            try await Task.sleep(for: time * (Double(number) + 0.5) / 4)
            running.signal(9)
            _ = await running.outcome()
            let there = try? await person.digest("k\(number):1")
            #expect(there == nil || there == digest)
            let again = try await person.chidori("image", "copy", source, person.place("k\(number):1"))
            #expect(again.status == 0, "\(again.errorText)")
            #expect(try await person.digest("k\(number):1") == digest)
        }
        _ = try await person.skopeo("copy", ["-q", person.place("k0:1"), "dir:\(person.user.scratch.file("copy"))"])
    }

    @Test("a copy within a registry mounts its layers: none of them comes here")
    func mounted() async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add("v1", (0..<3).map { .init("f\($0)", size: 500_000, seed: $0) })
        _ = try await person.skopeo("copy", ["-q", "oci:\(person.layout.folder):v1", person.place("base/app:1")])
        let proxy = try CountingProxy(to: person.registry.port)
        let outcome = try await person.chidori(
            "image", "copy", "docker://\(proxy.host)/base/app:1", "docker://\(proxy.host)/other/app:1", "--json",
            environment: ["CHIDORI_PLAIN_HTTP": proxy.host])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.contains(#""mounted":4"#), "\(outcome.text)")
        #expect(proxy.sent < 32 << 10)
        #expect(try await person.digest("other/app:1") == digest)
    }

    @Test("an upload that is cut is made good, and an increment costs no more than itself and 64 KiB")
    func cutAndCounted() async throws {
        let person = try await RegistryUser()
        let layers: [LayoutFixture.Layer] = (0..<20).map { .init("f\($0)", size: 100_000, seed: $0) }
        try await person.layout.add("v1", layers + [.init("big", size: 20_000_000, seed: 50)])
        let proxy = try CountingProxy(to: person.registry.port)
        let target = "docker://\(proxy.host)/app"
        let plain = ["CHIDORI_PLAIN_HTTP": proxy.host] as [String: String?]
        proxy.cut(after: 12_000_000)
        let first = try await person.chidori(
            "image", "copy", "oci:\(person.layout.folder):v1", "\(target):1", environment: plain)
        #expect(first.status == 0, "\(first.errorText)")
        // This registry forgets an upload that was cut; nothing but that one is sent again.
        #expect(proxy.sent < 34_300_000, "\(proxy.sent)")

        let digest = try await person.layout.add(
            "v2", layers + [.init("big", size: 20_000_000, seed: 50), .init("new", size: 30_000, seed: 60)])
        let before = proxy.sent
        let second = try await person.chidori(
            "image", "copy", "oci:\(person.layout.folder):v2", "\(target):2", environment: plain)
        #expect(second.status == 0, "\(second.errorText)")
        // The layer is its file, and what tar and gzip put around it.
        #expect(proxy.sent - before <= 31_000 + 64 << 10, "\(proxy.sent - before)")
        #expect(try await person.digest("app:2") == digest)
    }

    @Test("a base that was never at the registry is sent to it once: other repositories take it from the first")
    func baseOfTwoRepositories() async throws {
        let person = try await RegistryUser()
        let python = try await FreshUser.python.value
        _ = try await person.layout.add("base", [.init("usr/bin/python\(python)", size: 300_000, seed: 1)])
        func push(_ name: String) async throws -> (remarks: String, sent: Int) {
            let recipe = try await person.user.recipe(
                name, ["good"], more: "base: oci:\(person.layout.folder):base")
            let outcome = try await person.chidori(
                "env", "build", recipe, "--no-bytecode", "--image", person.place("team/\(name):1"), "--json")
            #expect(outcome.status == 0, "\(outcome.errorText)")
            let line = try #require(outcome.text.split(separator: "\n").last)
            let result = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let image = try #require(result["image"] as? [String: Any])
            let pushes = try #require(image["pushes"] as? [[String: Any]])
            return (outcome.errorText, try #require(pushes.first?["bytes"] as? Int))
        }
        let first = try await push("one")
        #expect(first.sent > 300_000 && first.remarks.contains("0 mounted"), "\(first)")
        let second = try await push("two")
        #expect(second.sent < 20_000 && !second.remarks.contains("0 mounted"), "\(second)")
    }

    @Test("a base comes from a registry, pinned or by tag, and is there offline afterwards")
    func base() async throws {
        let person = try await RegistryUser()
        let python = try await FreshUser.python.value
        let digest = try await person.layout.add(
            "v1", [.init("usr/bin/python\(python)", size: 1000, seed: 1)], architectures: ["amd64", "arm64"])
        _ = try await person.skopeo(
            "copy", ["-q", "--all", "oci:\(person.layout.folder):v1", person.place("bases/python:1")])
        for base in [person.place("bases/python:1"), person.place("bases/python@\(digest)")] {
            let recipe = try await person.user.recipe("demo", ["good"], more: "base: \(base)")
            let made = try await person.result(
                "env", "build", recipe, "--no-bytecode", "--image", person.place("bases/demo:1"))
            let image = try #require(made["image"] as? [String: Any])
            let digest = try #require(image["digest"] as? String)
            #expect(try await person.digest("bases/demo:1") == digest)
            let told = try await person.skopeo("inspect", [person.place("bases/demo:1")])
            #expect(told.contains("/opt/chidori/env"))
            let out = "oci:\(person.user.scratch.file("out")):t"
            let offline = try await person.result(
                "env", "build", recipe, "--no-bytecode", "--offline", "--image", out)
            #expect((offline["image"] as? [String: Any])?["digest"] as? String == digest)
            // What could not be brought there in the end is not begun.
            let pushed = try await person.chidori(
                "env", "build", recipe, "--no-bytecode", "--offline", "--to", "tree", "--image",
                person.place("bases/demo:2"))
            #expect(pushed.status == 5 && pushed.errorText.contains("--offline"), "\(pushed.errorText)")
            #expect(!FileManager.default.fileExists(atPath: person.user.scratch.file("tree").string))
        }
        let unknown = try await person.chidori("base", "build", person.place("bases/other:1"), "--offline")
        #expect(unknown.status == 3 && unknown.errorText.contains("--offline"), "\(unknown.errorText)")
        let missing = try await person.chidori("base", "build", person.place("bases/other:1"))
        #expect(missing.status == 5 && missing.errorText.contains("is not at"), "\(missing.errorText)")
    }

    @Test("tags and images are told as skopeo tells them")
    func looking() async throws {
        let person = try await RegistryUser()
        let digest = try await person.layout.add(
            "v1", [.init("a", size: 5000, seed: 1)], architectures: ["amd64", "arm64"])
        for tag in ["1", "2.0", "latest"] {
            let outcome = try await person.chidori(
                "image", "copy", "--all", "oci:\(person.layout.folder):v1", person.place("app:\(tag)"))
            #expect(outcome.status == 0, "\(outcome.errorText)")
        }
        let listed = try await person.skopeo("list-tags", [person.place("app")])
        let tags = try await person.chidori("image", "tags", person.place("app"))
        #expect(tags.text == "1\n2.0\nlatest\n")
        let keys = try await person.result("image", "tags", person.place("app")).keys
        #expect(Set(keys) == ["event", "repository", "tags"])
        for tag in tags.text.split(separator: "\n") { #expect(listed.contains("\"\(tag)\"")) }
        let index = try await person.chidori("image", "inspect", person.place("app"))
        #expect(index.text.contains(digest) && index.text.contains("linux/arm64"), "\(index.text)\(index.errorText)")
        let one = try await person.result("image", "inspect", "--platform", "arm64", person.place("app:2.0"))
        let image = try #require(one["image"] as? [String: Any])
        #expect(image["platform"] as? String == "linux/arm64")
        let other = try await person.chidori("image", "inspect", "--platform", "s390x", person.place("app:2.0"))
        #expect(other.status == 3 && other.errorText.contains("linux/arm64"), "\(other.errorText)")
    }

    @Test("parallel pushes of referrers lose none at a registry without lists of them")
    func referrers() async throws {
        let person = try await RegistryUser()
        try await person.layout.add("v1", [.init("a", size: 500, seed: 1)])
        _ = try await person.skopeo("copy", ["-q", "oci:\(person.layout.folder):v1", person.place("app:1")])
        var settings = RegistrySettings(plainHosts: [person.registry.host])
        settings.transfer.proxy = .none
        let shared = settings
        let place = try RegistryReference("\(person.registry.host)/app")
        let subject = try await RegistryClient(shared).resolve(place.with(tag: "1"))
        let pushed = try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let payload = Array("sbom \(number)".utf8)
                    let manifest = ImageManifest(
                        configuration: Descriptor(mediaType: MediaType.empty, of: MediaType.emptyDocument),
                        layers: [Descriptor(mediaType: "application/spdx+json", of: payload)],
                        artifactType: "application/spdx+json", subject: subject)
                    return try await RegistryClient(shared).push(
                        artifact: manifest, from: Payload(bytes: payload), to: place
                    ).digest
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        let listed = try await RegistryClient(shared).referrers(of: subject.digest, in: place)
        #expect(Set(listed.map(\.digest)) == pushed && listed.count == 8)
        let raw = try await person.skopeo("inspect", ["--raw", person.place("app:sha256-\(subject.digest.hex)")])
        for digest in pushed { #expect(raw.contains(digest.prefixed)) }
    }

    private struct Payload: ImageContent {
        let bytes: [UInt8]
        func source(of blob: Descriptor) -> BlobSource {
            .bytes(blob.mediaType == MediaType.empty ? MediaType.emptyDocument : bytes)
        }
    }
}
