import Cryptography
import ImageSpec
import SupplyChain
import Testing

@Suite("Signatures of images")
struct SignatureTests {
    private let key = SigningKey()
    private let image = SHA256Digest(of: "image")

    @Test("the payload has the bytes that cosign writes")
    func payload() throws {
        let payload = SimpleSigning(reference: "registry.example/team/image", digest: image)
        let expected =
            #"{"critical":{"identity":{"docker-reference":"registry.example/team/image"},"#
            + #""image":{"docker-manifest-digest":"\#(image.prefixed)"},"type":"cosign container image signature"},"#
            + #""optional":null}"#
        #expect(String(decoding: payload.bytes, as: UTF8.self) == expected)
        #expect(try SimpleSigning(parsing: payload.bytes, name: "x") == payload)
    }

    @Test(
        "what is no payload is refused",
        arguments: [
            "", "{}", #"{"critical":{}}"#,
            #"{"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":"sha256:1"},"type":"cosign container image signature"}}"#,
            #"{"critical":{"identity":{"docker-reference":"a"},"image":{"docker-manifest-digest":"x"},"type":"atomic container signature"}}"#,
        ])
    func noPayload(text: String) {
        let error = #expect(throws: SupplyChainError.self) {
            try SimpleSigning(parsing: Array(text.utf8), name: "oci:images:demo")
        }
        #expect(error?.code == .malformed && error?.subject == "oci:images:demo")
    }

    @Test("signatures are read back from their manifest, and a key signs the same once")
    func manifest() throws {
        var signatures = ImageSignatures()
        let payload = SimpleSigning(reference: "registry.example/image", digest: image)
        let isNew = [key, key, SigningKey()].map { signatures.sign(payload, with: $0) }
        #expect(isNew == [true, false, true])
        let contents = Dictionary(signatures.contents.map { (SHA256Digest(of: $0), $0) }) { $1 }
        let manifest = try ImageManifest(parsing: signatures.manifest.bytes, name: "x")
        let again = try ImageSignatures(manifest, name: "x") { try #require(contents[$0.digest]) }
        #expect(again == signatures && again.signatures.count == 2)
        #expect(contents[manifest.configuration.digest] != nil)
        try again.verify(image: image, reference: "registry.example/image", with: key.verification, name: "x")
        try again.verify(image: image, reference: nil, with: key.verification, name: "x")
    }

    @Test("a signature that is not there, of another key, over another image or name is told apart")
    func refused() throws {
        func code(_ signatures: ImageSignatures, _ reference: String? = "a.example/b") -> SupplyChainErrorCode? {
            do {
                try signatures.verify(image: image, reference: reference, with: key.verification, name: "oci:x")
                return nil
            } catch {
                return (error as? SupplyChainError)?.code
            }
        }
        func signed(_ payload: [UInt8], by key: SigningKey) -> ImageSignatures {
            ImageSignatures([.init(payload: payload, bytes: key.signature(of: payload))])
        }
        let good = SimpleSigning(reference: "a.example/b", digest: image).bytes
        #expect(code(signed(good, by: key)) == nil)
        #expect(code(ImageSignatures()) == .unsigned)
        #expect(code(signed(good, by: SigningKey())) == .unsigned)
        let moved = ImageSignatures([.init(payload: good + [0x20], bytes: key.signature(of: good))])
        #expect(code(moved) == .unsigned)
        let other = SimpleSigning(reference: "a.example/b", digest: SHA256Digest(of: "other")).bytes
        #expect(code(signed(other, by: key)) == .otherSubject)
        let renamed = SimpleSigning(reference: "a.example/c", digest: image).bytes
        #expect(code(signed(renamed, by: key)) == .otherSubject)
        #expect(code(signed(renamed, by: key), nil) == nil)
        #expect(code(signed(Array("{}".utf8), by: key)) == .malformed)
        let several = ImageSignatures(signed(other, by: key).signatures + signed(good, by: key).signatures)
        #expect(code(several) == nil)
    }

    @Test("a layer whose signature is no base64 is refused")
    func garbled() throws {
        var manifest = ImageSignatures([.init(payload: [1], bytes: [2])]).manifest
        manifest.layers[0].annotations["dev.cosignproject.cosign/signature"] = "no base64!"
        #expect(throws: SupplyChainError.self) { try ImageSignatures(manifest, name: "x") { _ in [1] } }
    }

    @Test("more signatures, or larger ones, than an image has are refused before one is read")
    func tooMany() throws {
        func code(_ count: Int, _ size: Int) -> SupplyChainErrorCode? {
            let signature = ImageSignatures.Signature(payload: Array(repeating: 0x20, count: size), bytes: [2])
            let manifest = ImageSignatures(Array(repeating: signature, count: count)).manifest
            var isRead = false
            do {
                _ = try ImageSignatures(manifest, name: "x") { layer in
                    isRead = true
                    return Array(repeating: 0x20, count: Int(layer.size))
                }
                return nil
            } catch {
                #expect(!isRead)
                return (error as? SupplyChainError)?.code
            }
        }
        #expect(code(100, 10) == nil && code(101, 10) == .tooMuch)
        #expect(code(1, 64 << 10) == nil && code(1, 64 << 10 + 1) == .tooMuch)
    }

    @Test(
        "an envelope is about what its statement names, and about nothing where it has none",
        arguments: [
            (#"{"_type":"https://in-toto.io/Statement/v1","subject":[S]}"#, true),
            (#"{"_type":"https://in-toto.io/Statement/v0.1","subject":[{"digest":{"sha1":"00"}},S]}"#, true),
            (#"{"_type":"https://example.org/Other","subject":[S]}"#, false),
            (#"{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicate":{"subject":[S]}}"#, false),
            (#"{"_type":"https://in-toto.io/Statement/v1","subject":S}"#, false), ("[S]", false), ("", false),
        ])
    func subjects(_ text: String, _ isFound: Bool) {
        let subject = #"{"name":"x","digest":{"sha256":"\#(image.hex)"}}"#
        let payload = Array(text.replacing("S]", with: subject + "]").replacing("S}", with: subject + "}").utf8)
        let envelope = Envelope(payload, type: "application/vnd.in-toto+json", signedWith: key)
        #expect(envelope.subjects == (isFound ? [image] : []))
        #expect(Envelope(payload, type: "application/json", signedWith: key).subjects.isEmpty)
    }

    /// The example of DSSE's protocol.
    @Test("what an envelope signs has the encoding of the standard")
    func encoding() {
        let message = Envelope.authenticated(Array("hello world".utf8), type: "http://example.com/HelloWorld")
        #expect(
            String(decoding: message, as: UTF8.self)
                == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    }

    @Test("an envelope is read back, and only its own key verifies it")
    func envelope() throws {
        let envelope = Envelope(Array("{}".utf8), type: "application/vnd.in-toto+json", signedWith: key)
        var again = try Envelope(parsing: envelope.bytes, name: "x")
        #expect(again == envelope && again.isSigned(by: key.verification))
        #expect(!again.isSigned(by: SigningKey().verification))
        again.payload.append(0x20)
        #expect(!again.isSigned(by: key.verification))
        #expect(throws: SupplyChainError.self) { try Envelope(parsing: Array("{}".utf8), name: "x") }
    }
}
