internal import ArgumentParser
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import ImageSpec
internal import JSONDocument
internal import SystemPackage

/// `chidori image sign`: vouches for an image.
struct ImageSignCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign an image with a key, as cosign does.",
        usage: "chidori image sign [<options>] --key <file> <image>",
        discussion: """
            What is signed is the digest of the image's manifest and the name that the image goes by. The signature is kept \
            beside the image, under the tag sha256-DIGEST.sig, where cosign, skopeo and Podman look for it. An image for \
            several platforms is signed with each of its manifests, as 'cosign sign -r' does, since those who run it check \
            their platform's own. What the key has signed already is left as it is.

            Examples:
              chidori image sign docker://registry.example/team/features:1.0 \\
                --key release.key
              chidori image sign oci:images:features \\
                --as registry.example/team/features --key release.key
              CHIDORI_KEY_PASSWORD=… chidori image sign oci:images:features \\
                --as registry.example/features --key release.key
            """)

    @Argument(help: "The image: docker://HOST[:PORT]/NAME[:TAG][@DIGEST] or oci:DIR[:TAG].")
    var image: String

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The name that it goes by at a registry, without a tag. Default: where it is, at one.",
            valueName: "host/name"))
    var name: String?

    @OptionGroup var signing: KeyOptions

    @OptionGroup var shared: ImageOptions

    func validate() throws {
        if signing.key == nil { throw ValidationError("name the private key with --key") }
    }

    func answer(_ session: Session) async throws -> Answer {
        guard let key = try signing.signingKey() else {
            throw WrongUse("chidori image sign", "takes a key: --key FILE")
        }
        let reference = try ImageReference(image)
        guard let name = name ?? reference.nameAtRegistry else {
            throw WrongUse(
                "chidori image sign", "takes the name that an image of a folder goes by at a registry: --as HOST/NAME")
        }
        let signed = try await session.builder.sign(reference, as: name, with: key)
        return Answer(
            [
                "image": .string(image), "digest": .string(signed.digest.prefixed), "name": .string(name),
                "key": .string(key.verification.fingerprint.prefixed), "manifests": JSON(signed.manifests),
                "changed": .bool(signed.added > 0),
            ],
            remarks: [Self.remark(signed, image, name)])
    }

    private static func remark(_ signed: SignedImage, _ image: String, _ name: String) -> String {
        let also = signed.manifests > 1 ? ", with \(counted(signed.manifests - 1, "manifest")) that it lists" : ""
        let what = "\(image) (\(signed.digest.prefixed))"
        return signed.added > 0
            ? "Signed \(what)\(also) as \(name)" : "\(what)\(also) is signed as \(name) by this key already"
    }
}

extension ImageReference {
    /// What an image at a registry goes by, without tag and digest; `nil` elsewhere.
    var nameAtRegistry: String? {
        if case .registry(let place) = self { place.place } else { nil }
    }
}
