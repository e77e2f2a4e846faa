import Foundation
import SystemPackage
import TestSupport
import Testing

/// Signatures of images, verified by others: `openssl`, and `skopeo` by a policy.
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

    @Test("openssl verifies what is signed, which names the image and its digest")
    func openssl() async throws {
        let digest = try await image()
        try await sign()
        let manifest = try manifest(tag: "sha256-\(digest.dropFirst(7)).sig")
        let layer = try #require((manifest["layers"] as? [[String: Any]])?.first)
        #expect(layer["mediaType"] as? String == "application/vnd.dev.cosign.simplesigning.v1+json")
        let payload = try blob(try #require(layer["digest"] as? String))
        let critical = try #require(try document(payload)["critical"] as? [String: Any])
        #expect((critical["image"] as? [String: String])?["docker-manifest-digest"] == digest)
        #expect((critical["identity"] as? [String: String])?["docker-reference"] == "registry.example/team/demo")
        let text = try #require((layer["annotations"] as? [String: String])?["dev.cosignproject.cosign/signature"])
        try user.scratch.write("payload", payload)
        try user.scratch.write("signature", try #require(Data(base64Encoded: text)))
        let said = try await Command(
            "openssl", ["dgst", "-sha256", "-verify", "release.pub", "-signature", "signature", "payload"],
            in: user.scratch.path
        ).run()
        #expect(said == "Verified OK\n")
        // Signed once more it is as it was.
        let before = try blobs()
        try await sign()
        #expect(try blobs() == before)
    }

    private func blobs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: images.appending("blobs/sha256").string).sorted()
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
            ("release.pub", "public key"), ("nowhere.key", "cannot be read"), ("sigstore.key", "cosign's own"),
        ]
        for (file, words) in cases {
            if file == "release.pub" { try await Command("chmod", ["600", file], in: folder).run() }
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

    @Test(
        "skopeo pulls from a registry what its policy's key has signed, and nothing else",
        .enabled(if: Peer.has("skopeo", "docker-registry"), "needs skopeo and docker-registry"))
    func skopeo() async throws {
        let digest = try await image()
        let registry = try await LocalRegistry(in: user.scratch)
        let name = "\(registry.host)/team/demo"
        try await sign(as: name)
        let signatures = "sha256-\(digest.dropFirst(7)).sig"
        for tag in ["demo", signatures] {
            try await Command(
                "skopeo",
                [
                    "copy", "-q", "--insecure-policy", "--dest-tls-verify=false", "--preserve-digests",
                    "oci:\(images):\(tag)", "docker://\(name):\(tag)",
                ]
            ).run()
        }
        try user.scratch.write(
            "registries.d/here.yaml", "docker:\n  \(registry.host):\n    use-sigstore-attachments: true\n")
        func pull(_ key: String, _ tag: String = "demo", identity: String = "matchRepository") async throws
            -> Command.Outcome
        {
            let file = user.scratch.file(key)
            try user.scratch.write(
                "policy.json",
                """
                {"default": [{"type": "reject"}], "transports": {"docker": {"\(registry.host)": [
                  {"type": "sigstoreSigned", "keyPath": "\(file)", "signedIdentity": {"type": "\(identity)"}}]}}}
                """)
            return try await Command(
                "skopeo",
                [
                    "copy", "-q", "--src-tls-verify=false", "--policy", user.scratch.file("policy.json").string,
                    "--registries.d", user.scratch.file("registries.d").string, "docker://\(name):\(tag)",
                    "dir:\(user.scratch.file("pulled-\(key)"))",
                ], environment: ["HOME": user.scratch.path.string]
            ).outcome()
        }
        let good = try await pull("release.pub")
        #expect(good.succeeded, "\(good.errorText)")
        try await user.succeed("image", "key", "new", "other.key")
        let bad = try await pull("other.pub")
        #expect(
            bad.status != 0 && bad.errorText.contains("cryptographic signature verification failed"), "\(bad.errorText)"
        )
        // Another image under the same name, which nobody has signed.
        _ = try await image("second")
        try await Command(
            "skopeo",
            [
                "copy", "-q", "--insecure-policy", "--dest-tls-verify=false", "--preserve-digests",
                "oci:\(images):second", "docker://\(name):second",
            ]
        ).run()
        let unsigned = try await pull("release.pub", "second")
        #expect(unsigned.status != 0 && unsigned.errorText.contains("signature was required"), "\(unsigned.errorText)")
    }
}
