public import Cryptography
public import ImageSpec

/// The signatures of one image, as cosign keeps them: a manifest under a tag of its own, with a layer for each signature.
public struct ImageSignatures: Sendable, Hashable {
    /// What kind of artifact it is.
    public static let artifactType = "application/vnd.dev.cosign.artifact.sig.v1+json"
    /// Holds a signature in base64.
    static let annotation = "dev.cosignproject.cosign/signature"

    public struct Signature: Sendable, Hashable {
        /// What is signed.
        public var payload: [UInt8]
        public var bytes: [UInt8]

        public init(payload: [UInt8], bytes: [UInt8]) {
            self.payload = payload
            self.bytes = bytes
        }
    }

    public private(set) var signatures: [Signature]

    public init(_ signatures: [Signature] = []) {
        self.signatures = signatures
    }

    /// Where those of an image are: `sha256-….sig`.
    public static func tag(of image: SHA256Digest) -> String { "sha256-\(image.hex).sig" }

    /// Reads what is under the tag.
    ///
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - content: gives the content of a layer.
    /// - Throws: ``SupplyChainError`` (`malformed`, `tooMuch`), and what `content` throws.
    public init(_ manifest: ImageManifest, name: String, content: (Descriptor) throws -> [UInt8]) throws {
        signatures = try Self.payloads(manifest, name: name).map { layer in
            guard let text = layer.annotations[Self.annotation], let bytes = Base64.decode(text) else {
                throw SupplyChainError(
                    .malformed, name, "has a signature without its bytes in base64", advice: "sign the image again")
            }
            return Signature(payload: try content(layer), bytes: bytes)
        }
    }

    /// The layers that are signed payloads, as many and as large as are looked at.
    ///
    /// - Parameter name: what messages call the manifest.
    /// - Throws: ``SupplyChainError`` (`tooMuch`) where there are more, or larger ones.
    public static func payloads(_ manifest: ImageManifest, name: String) throws -> [Descriptor] {
        let layers = manifest.layers.filter { $0.mediaType == SimpleSigning.mediaType }
        guard layers.count <= most else {
            throw SupplyChainError(
                .tooMuch, name, "has \(layers.count) signatures, and \(most) are looked at",
                advice: "see who has put them there; delete the tag and sign the image again")
        }
        for layer in layers where layer.size > UInt64(SimpleSigning.limit) {
            throw SupplyChainError(
                .tooMuch, name,
                "has a signature over \(layer.size) bytes, and \(SimpleSigning.limit) are looked at",
                advice: "see who has put it there; delete the tag and sign the image again")
        }
        return layers
    }

    /// How many signatures an image may have.
    static let most = 100

    /// Adds a signature of the key over the payload, unless there is one.
    ///
    /// - Returns: whether it was added.
    public mutating func sign(_ payload: SimpleSigning, with key: SigningKey) -> Bool {
        let bytes = payload.bytes
        let verification = key.verification
        guard !signatures.contains(where: { $0.payload == bytes && verification.verifies($0.bytes, of: bytes) }) else {
            return false
        }
        signatures.append(Signature(payload: bytes, bytes: key.signature(of: bytes)))
        return true
    }

    /// What the key vouches for an image by.
    ///
    /// - Parameters:
    ///   - image: the digest of its manifest.
    ///   - reference: the name that it must go by, without tag and digest; any if `nil`.
    ///   - name: what messages call the image.
    /// - Throws: ``SupplyChainError``: `unsigned` where no signature is the key's, `otherSubject` where those that are
    ///   vouch for another image or name, `malformed` where one is over something that is no payload.
    @discardableResult
    public func verify(
        image: SHA256Digest, reference: String?, with key: VerificationKey, name: String
    ) throws -> SimpleSigning {
        guard !signatures.isEmpty else {
            throw SupplyChainError(
                .unsigned, name, "has no signature", advice: "sign it with `chidori image sign \(name) --key FILE`")
        }
        let ours = signatures.filter { key.verifies($0.bytes, of: $0.payload) }
        guard !ours.isEmpty else {
            throw SupplyChainError(
                .unsigned, name,
                "has \(counted(signatures.count, "signature")), none of which is the key's (\(key.fingerprint.hex.prefix(12)))",
                advice: "name the public key of whoever has signed it; else somebody has changed it, or signed it with "
                    + "another key")
        }
        var other: SupplyChainError?
        for signature in ours {
            let payload = try SimpleSigning(parsing: signature.payload, name: name)
            if payload.digest != image {
                other = SupplyChainError(
                    .otherSubject, name,
                    "has a signature of the key's over another image: \(payload.digest.prefixed), and this is \(image.prefixed)",
                    advice: "somebody has put it there; sign this image if it is yours")
            } else if let reference, payload.reference != reference {
                other = SupplyChainError(
                    .otherSubject, name,
                    "has a signature of the key's for the name \(payload.reference), and goes by \(reference)",
                    advice: "name the image as it was signed, or sign it under this name")
            } else {
                return payload
            }
        }
        throw other ?? SupplyChainError(.unsigned, name, "has no signature")
    }

    /// Whether the key vouches for a manifest under that name; under any if `nil`.
    public func vouches(for manifest: SHA256Digest, reference: String?, _ key: VerificationKey) -> Bool {
        (try? verify(image: manifest, reference: reference, with: key, name: manifest.prefixed)) != nil
    }

    /// The manifest, which names each payload, and the configuration that cosign gives it.
    public var manifest: ImageManifest {
        ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration),
            layers: signatures.map { signature in
                Descriptor(
                    mediaType: SimpleSigning.mediaType, digest: SHA256Digest(of: signature.payload),
                    size: UInt64(signature.payload.count),
                    annotations: [Self.annotation: Base64.encode(signature.bytes)])
            })
    }

    /// Everything that the manifest names.
    public var contents: [[UInt8]] { [configuration] + signatures.map(\.payload) }

    private var configuration: [UInt8] {
        ImageConfiguration(
            created: Timestamp.text(0), platform: Platform(os: "", architecture: ""),
            diffIDs: signatures.map { SHA256Digest(of: $0.payload) },
            history: signatures.map { _ in .init(created: Timestamp.text(0), createdBy: nil) }
        ).bytes
    }
}
