import Cryptography
import Diagnostics
import ImageSpec
import Testing

@Suite("Image references")
struct ImageReferenceTests {
    @Test(
        "name a layout or an archive, with or without a tag",
        arguments: [
            ("oci:out", ImageReference.layout(path: "out", tag: nil)),
            ("oci:/a/b:v1.0-x_y", .layout(path: "/a/b", tag: "v1.0-x_y")),
            ("oci-archive:x.tar", .archive(path: "x.tar", tag: nil)),
            ("oci-archive:./x.tar:latest", .archive(path: "./x.tar", tag: "latest")),
        ])
    func good(_ text: String, _ expected: ImageReference) throws {
        let reference = try ImageReference(text)
        #expect(reference == expected)
        #expect(reference.description == text)
    }

    @Test(
        "that name neither are refused with what to write instead",
        arguments: [
            ("out", "oci:DIR"), ("oci:", "oci:DIR"), ("oci::tag", "oci:DIR"), ("oci:a:", "tag"), ("oci:a:b:c", "tag"),
            ("oci:a:-x", "tag"), ("oci:a:" + String(repeating: "x", count: 129), "tag"),
            ("docker-daemon:x", "skopeo copy"), ("example.org/x:1", "oci:DIR"), ("docker:x/y", "docker://HOST"),
        ])
    func bad(_ text: String, _ advice: String) {
        let error = #expect(throws: ImageSpecError.self) { try ImageReference(text) }
        #expect(error?.code == .badReference)
        #expect(error?.description.contains(advice) == true)
    }

    @Test(
        "at a registry have a host, a name, and a tag or a digest or both",
        arguments: [
            ("registry.example/a", "registry.example", "a", nil, false),
            ("localhost/a/b_c__d-e--f.g:1", "localhost", "a/b_c__d-e--f.g", "1", false),
            ("127.0.0.1:5000/a:Tag_1.0-x", "127.0.0.1:5000", "a", "Tag_1.0-x", false),
            ("[::1]:5000/a", "[::1]:5000", "a", nil, false),
            ("Registry.Example/a", "registry.example", "a", nil, false),
            ("registry.example/a:1@DIGEST", "registry.example", "a", "1", true),
            ("docker://registry.example/a@DIGEST", "registry.example", "a", nil, true),
        ] as [(String, String, String, String?, Bool)])
    func registries(_ text: String, _ host: String, _ name: String, _ tag: String?, _ pinned: Bool) throws {
        let digest = SHA256Digest(of: "x")
        let reference = try RegistryReference(text.replacing("DIGEST", with: digest.prefixed))
        #expect(reference.host == host && reference.repository == name && reference.tag == tag)
        #expect(reference.digest == (pinned ? digest : nil))
        #expect(reference.name == (pinned ? digest.prefixed : tag ?? "latest"))
        #expect(try RegistryReference(reference.description) == reference)
    }

    @Test(
        "at a registry are refused where no host is named, and where a name leads elsewhere",
        arguments: [
            "python", "python:3.11", "library/python:3.11", "registry.example", "registry.example/",
            "registry.example//a",
            "registry.example/../a", "registry.example/a/../b", "registry.example/A", "registry.example/a..b",
            "registry.example/a/", "registry.example/-a", "registry.example/a___b", "registry.example/a:",
            "registry.example/a:x y", "registry.example/a@sha256:12", "registry.example/a@sha512:12",
            "registry.example:0/a", "registry.example:70000/a", "registry.example:x/a", "reg_istry.example/a",
            "user@registry.example/a", "registry.example/a?x=1", "registry.example/a%2e%2e", "-a.example/a",
            ".example/a",
            "registry.example/" + String(repeating: "a", count: 256),
        ])
    func badRegistries(_ text: String) {
        let error = #expect(throws: ImageSpecError.self) { try RegistryReference(text) }
        #expect(error?.code == .badReference && error?.advice != nil)
    }

    @Test(
        "never show a user and password that somebody wrote before the host",
        arguments: [
            "docker://ana:s3cret@registry.example/a", "ana:s3cret@registry.example:5000/a:1",
            "docker://ana:s3/cret@registry.example/a", "docker://ana:s3@cret@registry.example/a",
            "docker://s3cret@registry.example/a@sha256:12", "docker:ana:s3cret@registry.example/a",
            "docker://ana:s3cret@registry.example", "https://ana:s3cret@registry.example/a",
        ])
    func users(_ text: String) {
        for error in [
            #expect(throws: ImageSpecError.self) { try RegistryReference(text) },
            #expect(throws: ImageSpecError.self) { try ImageReference(text) },
        ] {
            #expect(error?.code == .badReference && error?.advice != nil)
            #expect(error?.description.contains("cret") == false)
            #expect(error?.subject.hasSuffix("…@…") == true)
        }
    }

    @Test(
        "platforms are read as command lines write them",
        arguments: [("linux/arm64/v8", "linux/arm64/v8"), ("arm64", "linux/arm64"), ("x86_64", "linux/amd64")])
    func platforms(_ text: String, _ platform: String) throws {
        #expect(try Platform(text).description == platform)
        for bad in ["", "a/b/c/d", "linux/", "Linux/AMD64"] {
            #expect(throws: ImageSpecError.self) { try Platform(bad) }
        }
    }
}
