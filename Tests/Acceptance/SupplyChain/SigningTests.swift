import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Signatures of images in a folder, and the keys that make them, before `openssl`.
@Suite("Signed images", .timeLimit(.minutes(5)))
struct SigningTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    private var images: FilePath { user.scratch.file("images") }

    /// An image at `oci:images:demo`, and a pair of keys; gives the image's digest.
    private func image(_ name: String = "demo") async throws -> String {
        let recipe = try await user.recipe(name, ["good"])
        let made = try await user.result("env", "build", recipe, "--image", "oci:images:\(name)", "--no-bytecode")
        if !FileManager.default.fileExists(atPath: user.scratch.file("release.key").string) {
            try await user.succeed("image", "key", "new", "release.key")
        }
        return try #require((made.document["image"] as? [String: Any])?["digest"] as? String)
    }

    private func sign(_ name: String = "demo", as reference: String = "registry.example/team/demo") async throws {
        try await user.succeed("image", "sign", "oci:images:\(name)", "--as", reference, "--key", "release.key")
    }

    /// The blob of a manifest's entry in the layout's list.
    private func manifest(tag: String) throws -> [String: Any] {
        let index = try document(Data(contentsOf: URL(fileURLWithPath: images.appending("index.json").string)))
        let entries = try #require(index["manifests"] as? [[String: Any]])
        let entry = entries.first {
            ($0["annotations"] as? [String: String])?["org.opencontainers.image.ref.name"] == tag
        }
        return try document(blob(try #require(entry?["digest"] as? String)))
    }

    private func blob(_ digest: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: images.appending("blobs/sha256/\(digest.dropFirst(7))").string))
    }

    private func document(_ data: Data) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: data)
        return try #require(object as? [String: Any])
    }

    /// What is signed of a manifest, which openssl holds against the key.
    private func verified(_ digest: String) async throws -> [String: Any] {
        let manifest = try manifest(tag: "sha256-\(digest.dropFirst(7)).sig")
        let layer = try #require((manifest["layers"] as? [[String: Any]])?.first)
        #expect(layer["mediaType"] as? String == "application/vnd.dev.cosign.simplesigning.v1+json")
        let payload = try blob(try #require(layer["digest"] as? String))
        let text = try #require((layer["annotations"] as? [String: String])?["dev.cosignproject.cosign/signature"])
        try user.scratch.write("payload", payload)
        try user.scratch.write("signature", try #require(Data(base64Encoded: text)))
        let said = try await Command(
            "openssl", ["dgst", "-sha256", "-verify", "release.pub", "-signature", "signature", "payload"],
            in: user.scratch.path
        ).run()
        #expect(said == "Verified OK\n")
        let critical = try #require(try document(payload)["critical"] as? [String: Any])
        #expect((critical["image"] as? [String: String])?["docker-manifest-digest"] == digest)
        return critical
    }

    @Test("openssl verifies what is signed, which names the image and its digest")
    func openssl() async throws {
        let digest = try await image()
        try await sign()
        let critical = try await verified(digest)
        #expect((critical["identity"] as? [String: String])?["docker-reference"] == "registry.example/team/demo")
        // Signed once more it is as it was.
        let before = try blobs()
        try await sign()
        #expect(try blobs() == before)
    }

    private func blobs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: images.appending("blobs/sha256").string).sorted()
    }

    @Test("eight who sign at one moment leave eight signatures")
    func atOnce() async throws {
        let digest = try await image()
        let keys = (0..<8).map { "key\($0)" }
        for key in keys { try await user.succeed("image", "key", "new", "\(key).key") }
        let signing = try keys.map {
            try user.command([
                "image", "sign", "oci:images:demo", "--as", "registry.example/demo", "--key", "\($0).key",
            ]).start()
        }
        for command in signing {
            let outcome = await command.outcome()
            #expect(outcome.succeeded, "\(outcome.errorText)")
        }
        #expect((try manifest(tag: "sha256-\(digest.dropFirst(7)).sig")["layers"] as? [Any])?.count == 8)
        for key in keys { try await user.succeed("env", "verify", "oci:images:demo", "--key", "\(key).pub") }
    }

    @Test("an image for several platforms is signed with each of its manifests; one that is not is told")
    func platforms() async throws {
        let digest = try await LayoutFixture(images).add(
            "two", [.init("a", size: 5000, seed: 1)], architectures: ["amd64", "arm64"])
        try await user.succeed("image", "key", "new", "release.key")
        let name = "registry.example/two"
        let signed = try await user.result("image", "sign", "oci:images:two", "--as", name, "--key", "release.key")
        #expect(signed.document["manifests"] as? Int == 3 && signed.document["changed"] as? Bool == true)
        #expect(signed.words.contains("with 2 manifests that it lists"), "\(signed.words)")
        let listed = try #require(document(blob(digest))["manifests"] as? [[String: Any]])
        let all = try [digest] + listed.map { try #require($0["digest"] as? String) }
        #expect(all.count == 3)
        for digest in all { _ = try await verified(digest) }
        let verify = ["env", "verify", "oci:images:two", "--key", "release.pub"]
        let whole = try await user.command(verify + ["--json"]).run()
        #expect(whole.contains(#""manifests":3"#) && whole.contains(#""unsigned":[]"#), "\(whole)")

        // As signers leave it who sign the index alone: it vouches for what it lists, and is told of.
        let path = images.appending("index.json").string
        var index = try document(Data(contentsOf: URL(fileURLWithPath: path)))
        let entries = try #require(index["manifests"] as? [[String: Any]])
        index["manifests"] = entries.filter { entry in
            let tag = (entry["annotations"] as? [String: String])?["org.opencontainers.image.ref.name"]
            return tag != "sha256-\(all[1].dropFirst(7)).sig"
        }
        try JSONSerialization.data(withJSONObject: index).write(to: URL(fileURLWithPath: path))
        let rest = try await user.command(verify + ["--json"]).outcome()
        #expect(rest.succeeded && rest.text.contains(#""unsigned":["\#(all[1])"]"#), "\(rest.text)")
        let told = try await user.command(verify).outcome()
        #expect(told.errorText.contains("Not signed themselves: \(all[1])"), "\(told.errorText)")
        let again = try await user.result("image", "sign", "oci:images:two", "--as", name, "--key", "release.key")
        #expect(again.document["changed"] as? Bool == true)
        let mended = try await user.command(verify + ["--json"]).run()
        #expect(mended.contains(#""unsigned":[]"#))
    }

    @Test("openssl reads the keys, and its own keys sign here, in every form they have")
    func keys() async throws {
        _ = try await image()
        let folder = user.scratch.path
        let described = try await Command("openssl", ["pkey", "-in", "release.key", "-noout", "-text"], in: folder)
            .run()
        #expect(described.contains("prime256v1"))
        let mode = try FileManager.default.attributesOfItem(atPath: user.scratch.file("release.key").string)
        #expect(mode[.posixPermissions] as? Int == 0o600)
        let script = """
            set -e
            umask 077
            openssl ecparam -name prime256v1 -genkey -out sec1.key
            openssl pkey -in sec1.key -pubout -out sec1.pub
            openssl pkcs8 -topk8 -in sec1.key -nocrypt -out pkcs8.key
            openssl pkcs8 -topk8 -in sec1.key -passout pass:secret -out sealed.key
            openssl ec -in sec1.key -aes256 -passout pass:secret -out legacy.key 2>/dev/null
            """
        try await Command("sh", ["-c", script], in: folder).run()
        let password: [String: String?] = ["CHIDORI_KEY_PASSWORD": "secret"]
        for (index, file) in ["sec1.key", "pkcs8.key", "sealed.key", "legacy.key"].enumerated() {
            let name = "registry.example/\(index)"
            try await user.succeed(
                "image", "sign", "oci:images:demo", "--as", name, "--key", file, environment: password)
            try await user.succeed("env", "verify", "oci:images:demo", "--key", "sec1.pub", "--as", name)
        }
        try user.scratch.write("password", "secret\n")
        let again = try await user.command([
            "image", "sign", "oci:images:demo", "--as", "registry.example/0", "--key", "sealed.key", "--password-file",
            "password", "--json",
        ]).run()
        #expect(again.contains("\"changed\":false"))
        try await user.succeed("image", "key", "new", "ours.key", environment: password)
        #expect(
            try await Command("openssl", ["pkey", "-in", "ours.key", "-passin", "pass:secret", "-noout"], in: folder)
                .outcome().succeeded)
        #expect(
            try await Command("openssl", ["pkey", "-in", "ours.key", "-passin", "pass:other", "-noout"], in: folder)
                .outcome().status != 0)
    }

    @Test("keys that are none, cut off, encrypted, of another kind or open to others are refused by what they are")
    func badKeys() async throws {
        _ = try await image()
        let folder = user.scratch.path
        let script = """
            set -e
            umask 077
            head -c 120 release.key > cut.key
            head -c 120 release.pub > cut.pub
            echo garbage > garbage.key
            openssl pkcs8 -topk8 -in release.key -passout pass:secret -out sealed.key
            openssl genpkey -algorithm ed25519 -out edwards.key
            openssl ecparam -name secp384r1 -genkey -noout -out larger.key
            cp release.key open.key
            chmod 644 open.key
            printf '%s\\n' '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----' AAAA '-----END ENCRYPTED SIGSTORE PRIVATE KEY-----' > sigstore.key
            """
        try await Command("sh", ["-c", script], in: folder).run()
        let cases = [
            ("cut.key", "cut off"), ("garbage.key", "no key in PEM"), ("sealed.key", "no password is given"),
            ("edwards.key", "ED25519"), ("larger.key", "secp384r1"), ("open.key", "mode 644"),
            ("release.pub", "holds a public key, and signing"),
            ("nowhere.key", "cannot be read"), ("sigstore.key", "cosign's own"),
        ]
        for (file, words) in cases {
            try await user.refuse(
                ["image", "sign", "oci:images:demo", "--as", "registry.example/demo", "--key", file], status: 3,
                naming: [file, words])
        }
        try await user.refuse(
            ["image", "sign", "oci:images:demo", "--as", "registry.example/demo", "--key", "sealed.key"], status: 3,
            naming: ["another password"], environment: ["CHIDORI_KEY_PASSWORD": "wrong"])
        for (file, words) in [("cut.pub", "cut off"), ("release.key", "private key"), ("garbage.key", "no key in PEM")]
        {
            try await user.refuse(
                ["env", "verify", "oci:images:demo", "--key", file], status: 3, naming: [file, words])
        }
        try await user.refuse(["image", "key", "new", "release.key"], status: 3, naming: ["release", "there already"])
    }

    @Test("a signature that is missing, of another key, for another name or over another image is refused")
    func badSignatures() async throws {
        let digest = try await image()
        func refuse(_ words: [String], _ arguments: [String] = []) async throws {
            try await user.refuse(
                ["env", "verify", "oci:images:demo", "--key", "release.pub"] + arguments, status: 6, naming: words)
        }
        try await refuse(["has no signature"])
        try await user.succeed("image", "key", "new", "other.key")
        try await user.succeed(
            "image", "sign", "oci:images:demo", "--as", "registry.example/team/demo", "--key", "other.key")
        try await refuse(["none of which is the key's"])
        try await sign()
        try await user.succeed("env", "verify", "oci:images:demo", "--key", "release.pub")
        try await user.succeed("env", "verify", "oci:images:demo", "--key", "other.pub")
        try await refuse(
            ["registry.example/team/demo", "goes by registry.example/other"], ["--as", "registry.example/other"])

        // The signature of one image under the tag of another's.
        let second = try await image("second")
        let index = images.appending("index.json").string
        let text = try String(contentsOfFile: index, encoding: .utf8)
        try text.replacing("sha256-\(digest.dropFirst(7)).sig", with: "sha256-\(second.dropFirst(7)).sig")
            .write(toFile: index, atomically: true, encoding: .utf8)
        try await user.refuse(
            ["env", "verify", "oci:images:second", "--key", "release.pub"], status: 6,
            naming: ["over another image", digest])
    }

    @Test("a signed provenance of one image counts for nothing below another")
    func replayed() async throws {
        func built(_ name: String) async throws -> String {
            let recipe = try await user.recipe(name, ["good"])
            let made = try await user.result(
                "env", "build", recipe, "--image", "oci:images:\(name)", "--no-bytecode", "--attest", "--key",
                "release.key")
            try await user.succeed(
                "image", "sign", "oci:images:\(name)", "--as", "registry.example/\(name)", "--key", "release.key")
            return try #require((made.document["image"] as? [String: Any])?["digest"] as? String)
        }
        func trust(_ name: String) async throws -> [String] {
            let found = try await user.result("env", "verify", "oci:images:\(name)", "--key", "release.pub")
            let statements = try #require(found.document["statements"] as? [[String: String]])
            return statements.filter { $0["type"] == "application/vnd.in-toto+json" }.compactMap { $0["trust"] }
        }
        try await user.succeed("image", "key", "new", "release.key")
        let (first, second) = (try await built("first"), try await built("second"))
        #expect(try await trust("second") == ["signed"])

        let path = images.appending("index.json").string
        var index = try document(Data(contentsOf: URL(fileURLWithPath: path)))
        var entries = try #require(index["manifests"] as? [[String: Any]])
        let image = try #require(entries.first { $0["digest"] as? String == second })
        for var entry in entries where entry["artifactType"] as? String == "application/vnd.in-toto+json" {
            var manifest = try document(blob(try #require(entry["digest"] as? String)))
            guard (manifest["subject"] as? [String: Any])?["digest"] as? String == first else { continue }
            manifest["subject"] = image.filter { ["mediaType", "digest", "size"].contains($0.key) }
            let bytes = try JSONSerialization.data(withJSONObject: manifest)
            let digest = SHA256Digest(of: Array(bytes))
            try bytes.write(to: URL(fileURLWithPath: images.appending("blobs/sha256/\(digest.hex)").string))
            (entry["digest"], entry["size"]) = (digest.prefixed, bytes.count)
            entries.append(entry)
        }
        index["manifests"] = entries
        try JSONSerialization.data(withJSONObject: index).write(to: URL(fileURLWithPath: path))
        #expect(try await trust("second") == ["signed", "otherSubject"])
        let told = try await user.command(["env", "verify", "oci:images:second", "--key", "release.pub"]).outcome()
        #expect(told.status == 0 && told.errorText.contains("about another image: counts for nothing here"))
    }

    @Test("an image with a layer, configuration or manifest that was changed is refused, signed or not")
    func changed() async throws {
        _ = try await image()
        try await sign()
        let manifest = try manifest(tag: "demo")
        let layers = try #require(manifest["layers"] as? [[String: Any]])
        let parts = try [layers[0], #require(manifest["config"] as? [String: Any])].map {
            try #require($0["digest"] as? String)
        }
        for digest in parts {
            let path = images.appending("blobs/sha256/\(digest.dropFirst(7))").string
            let good = try blob(digest)
            try FileManager.default.removeItem(atPath: path)
            var bad = good
            bad[bad.count / 2] ^= 1
            try bad.write(to: URL(fileURLWithPath: path))
            try await user.refuse(
                ["env", "verify", "oci:images:demo", "--key", "release.pub"], status: 9, naming: [digest])
            try await user.refuse(["env", "verify", "oci:images:demo"], status: 9, naming: [digest])
            try FileManager.default.removeItem(atPath: path)
            try await user.refuse(["env", "verify", "oci:images:demo"], status: 9, naming: ["lacks the blob", digest])
            try good.write(to: URL(fileURLWithPath: path))
        }
        try await user.succeed("env", "verify", "oci:images:demo", "--key", "release.pub")
        try await user.refuse(["env", "verify", "oci:images:nothing"], status: 3, naming: ["nothing", "it has: demo"])
        try await user.refuse(["env", "verify", "oci:nowhere"], status: 3, naming: ["nowhere", "no image layout"])
    }
}

/// Images that are pushed, attested and signed at a registry without an API of referrers, as others see them.
@Suite(
    "Signed images at a registry", .timeLimit(.minutes(5)), .enabled(if: RegistryUser.possible, RegistryUser.needs))
struct RegistrySigningTests {
    private let user: RegistryUser

    init() async throws {
        user = try await RegistryUser()
    }

    private var scratch: Scratch { user.user.scratch }
    private var place: String { user.place("team/demo") }

    /// Pushes an image with what is said of it, signs it, and gives its digest.
    private func release(_ tag: String = "1.0") async throws -> String {
        let recipe = try await user.user.recipe("demo", ["good"])
        try await user.command(["image", "key", "new", "release.key"]).run()
        let made = try await user.result(
            "env", "build", recipe, "--image", "\(place):\(tag)", "--no-bytecode", "--attest", "--key", "release.key")
        try await user.command(["image", "sign", "\(place):\(tag)", "--key", "release.key"]).run()
        return try #require((made["image"] as? [String: Any])?["digest"] as? String)
    }

    private func pull(
        _ key: String, _ reference: String, identity: String, architecture: String = "amd64"
    ) async throws -> Command.Outcome {
        try scratch.write(
            "registries.d/here.yaml", "docker:\n  \(user.registry.host):\n    use-sigstore-attachments: true\n")
        try scratch.write(
            "policy.json",
            """
            {"default": [{"type": "reject"}], "transports": {"docker": {"\(user.registry.host)": [
              {"type": "sigstoreSigned", "keyPath": "\(scratch.file(key))", "signedIdentity": {"type": "\(identity)"}}]}}}
            """)
        return try await Command(
            Self.skopeo,
            [
                "copy", "-q", "--override-arch", architecture, "--src-tls-verify=false", "--policy",
                scratch.file("policy.json").string,
                "--registries.d", scratch.file("registries.d").string, reference,
                "dir:\(scratch.file("pulled"))",
            ], environment: ["HOME": scratch.path.string]
        ).outcome()
    }

    /// Debian's skopeo is built without these signatures; `CHIDORI_SKOPEO` may name another.
    private static let skopeo = ProcessInfo.processInfo.environment["CHIDORI_SKOPEO"] ?? "skopeo"

    /// Whether the program is without the words with which Debian's refuses.
    private static func knowsSignatures() throws -> Bool {
        guard let program = Peer.find(skopeo) else { return false }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: program.string), options: .mappedIfSafe)
        return bytes.range(of: Data("sigstore disabled".utf8)) == nil
    }

    @Test(
        "skopeo pulls what its policy's key has signed, by tag and by digest, and nothing else",
        .enabled("needs a skopeo that knows sigstore's signatures: Debian 12's does not (CHIDORI_SKOPEO)") {
            try knowsSignatures()
        })
    func policy() async throws {
        let digest = try await release()
        for reference in ["\(place):1.0", "\(place)@\(digest)"] {
            let good = try await pull("release.pub", reference, identity: "matchRepository")
            #expect(good.succeeded, "\(good.errorText)")
        }
        // A signature is of a repository, not of a tag: who asks for more gets nothing.
        let exact = try await pull("release.pub", "\(place):1.0", identity: "matchExact")
        #expect(exact.status != 0 && exact.errorText.contains("is not accepted"), "\(exact.errorText)")
        try await user.command(["image", "key", "new", "other.key"]).run()
        let bad = try await pull("other.pub", "\(place):1.0", identity: "matchRepository")
        #expect(bad.status != 0 && bad.errorText.contains("signature verification failed"), "\(bad.errorText)")
        // Another image under the same name, which nobody has signed.
        let other = try await user.user.recipe("other", ["good"], more: "image: {labels: {other: 'yes'}}\n")
        try await user.command(["env", "build", other, "--image", "\(place):2.0", "--no-bytecode"]).run()
        let unsigned = try await pull("release.pub", "\(place):2.0", identity: "matchRepository")
        #expect(unsigned.status != 0 && unsigned.errorText.contains("signature"), "\(unsigned.errorText)")
    }

    @Test(
        "skopeo pulls each platform of a signed image by its policy",
        .enabled("needs a skopeo that knows sigstore's signatures: Debian 12's does not (CHIDORI_SKOPEO)") {
            try knowsSignatures()
        })
    func platformPolicy() async throws {
        try await signPlatforms()
        for architecture in ["amd64", "arm64"] {
            let good = try await pull(
                "release.pub", "\(place):1", identity: "matchRepository", architecture: architecture)
            #expect(good.succeeded, "\(good.errorText)")
        }
    }

    /// An image of two platforms at the registry, signed; the digests of its index and of its manifests.
    @discardableResult
    private func signPlatforms() async throws -> [String] {
        let digest = try await user.layout.add(
            "two", [.init("a", size: 5000, seed: 1)], architectures: ["amd64", "arm64"])
        try await user.command(["image", "copy", "--all", "oci:images:two", "\(place):1"]).run()
        try await user.command(["image", "key", "new", "release.key"]).run()
        try await user.command(["image", "sign", "\(place):1", "--key", "release.key"]).run()
        let raw = try await user.skopeo("inspect", ["--raw", "\(place):1"])
        let index = try JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any]
        let listed = try #require(index?["manifests"] as? [[String: Any]])
        return try [digest] + listed.map { try #require($0["digest"] as? String) }
    }

    @Test("an image for two platforms has a signature for its index and for each manifest")
    func platforms() async throws {
        let digests = try await signPlatforms()
        let tags = try await user.skopeo("list-tags", [place])
        for digest in digests { #expect(tags.contains("sha256-\(digest.dropFirst(7)).sig"), "\(tags)") }
        for digest in digests {
            let report = try await user.result("env", "verify", "\(place)@\(digest)", "--key", "release.pub")
            #expect(report["signedAs"] as? String == String(place.dropFirst("docker://".count)))
        }
    }

    @Test("eight who sign at one moment leave eight signatures")
    func atOnce() async throws {
        _ = try await release()
        let keys = (0..<8).map { "key\($0)" }
        for key in keys { try await user.command(["image", "key", "new", "\(key).key"]).run() }
        let signing = try keys.map {
            try user.command(["image", "sign", "\(place):1.0", "--key", "\($0).key"]).start()
        }
        for command in signing {
            let outcome = await command.outcome()
            #expect(outcome.succeeded, "\(outcome.errorText)")
        }
        for key in keys + ["release"] {
            let verified = try await user.command(["env", "verify", "\(place):1.0", "--key", "\(key).pub"]).outcome()
            #expect(verified.succeeded, "\(verified.errorText)")
        }
    }

    @Test("what is said of an image is listed under the fallback tag, signed once, and verified from there")
    func verified() async throws {
        let digest = try await release()
        let report = try await user.result("env", "verify", "\(place):1.0", "--key", "release.pub")
        #expect(report["digest"] as? String == digest)
        #expect(report["signedAs"] as? String == String(place.dropFirst("docker://".count)))
        let statements = try #require(report["statements"] as? [[String: String]])
        #expect(
            statements.map { "\($0["type"] ?? "") \($0["trust"] ?? "")" } == [
                "application/spdx+json unsigned", "application/vnd.cyclonedx+json unsigned",
                "application/vnd.in-toto+json signed",
            ])
        let list = try await user.skopeo("inspect", ["--raw", "\(place):sha256-\(digest.dropFirst(7))"])
        for type in ["application/spdx+json", "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"] {
            #expect(list.contains(type), "\(list)")
        }
        let again = try await user.result("image", "sign", "\(place):1.0", "--key", "release.key")
        #expect(again["changed"] as? Bool == false)
        let hits = try await user.result("env", "impact", "good")["environments"] as? [[String: Any]]
        #expect(((hits?.first?["images"] as? [[String: String]])?.first)?["reference"] == "\(place):1.0")
        let wrong = try await user.command([
            "env", "verify", "\(place):1.0", "--key", "release.pub", "--as", "registry.example/demo",
        ]).outcome()
        #expect(wrong.status == 6 && wrong.errorText.contains("goes by registry.example/demo"), "\(wrong.errorText)")
    }
}
