public import Cryptography
internal import JSONDocument

/// What is signed to vouch for an image: its digest, and by which name it goes (cosign's `SIGNATURE_SPEC`, after Red Hat's
/// "simple signing").
public struct SimpleSigning: Sendable, Hashable {
    /// The name without tag and digest: `registry.example/team/image`.
    public var reference: String
    /// Of the image's manifest.
    public var digest: SHA256Digest

    public static let mediaType = "application/vnd.dev.cosign.simplesigning.v1+json"
    /// A larger payload is none, in bytes: a name and a digest, and what others add to them.
    static let limit = 64 << 10
    private static let type = "cosign container image signature"

    public init(reference: String, digest: SHA256Digest) {
        self.reference = reference
        self.digest = digest
    }

    /// The payload: canonical JSON, as cosign writes it.
    public var bytes: [UInt8] {
        JSON.object([
            "critical": [
                "identity": ["docker-reference": .string(reference)],
                "image": ["docker-manifest-digest": .string(digest.prefixed)], "type": .string(Self.type),
            ],
            "optional": .null,
        ]).bytes
    }

    /// Reads a payload. What it says beside the critical parts is passed over.
    ///
    /// - Throws: ``SupplyChainError`` (`malformed`); `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        func malformed(_ what: String) -> SupplyChainError {
            SupplyChainError(
                .malformed, name, "has a signature over what is no payload of simple signing: \(what)",
                advice: "sign the image again with `chidori image sign` or cosign")
        }
        guard let critical = (try? JSON(parsing: bytes))?.fields?["critical"]?.fields else {
            throw malformed("no JSON object with `critical`")
        }
        guard case .string(let type)? = critical["type"], type == Self.type else { throw malformed("another type") }
        guard case .string(let reference)? = critical["identity"]?.fields?["docker-reference"] else {
            throw malformed("no `docker-reference`")
        }
        guard case .string(let text)? = critical["image"]?.fields?["docker-manifest-digest"],
            let digest = SHA256Digest(prefixed: text)
        else { throw malformed("no `docker-manifest-digest`") }
        // What is not known here may be what makes the signature mean something else.
        guard critical.count == 3 else { throw malformed("critical parts that are not known") }
        self.init(reference: reference, digest: digest)
    }
}
