import Cryptography
import Testing

@Suite("Signing keys")
struct SigningTests {
    private func pem(_ label: String, _ lines: String...) -> [UInt8] {
        Array((["-----BEGIN \(label)-----"] + lines + ["-----END \(label)-----", ""]).joined(separator: "\n").utf8)
    }

    @Test("a signature is verified by its key over its message, and by nothing else")
    func signing() {
        let key = SigningKey(), message = Array("message".utf8)
        let signature = key.signature(of: message)
        #expect(key.verification.verifies(signature, of: message))
        #expect(!key.verification.verifies(signature, of: message + [0]))
        #expect(!SigningKey().verification.verifies(signature, of: message))
        for length in [0, 1, signature.count - 1] {
            #expect(!key.verification.verifies(Array(signature.prefix(length)), of: message))
        }
        #expect(!key.verification.verifies(signature + [0], of: message))
        #expect(key.verification.verifies(key.signature(of: []), of: []))
    }

    @Test("keys are read back from PEM, encrypted ones with their password alone")
    func text() throws {
        let key = SigningKey(), password = Array("correct horse".utf8)
        let (plain, sealed) = (key.pem(), key.pem(password: password))
        #expect(String(decoding: plain, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(String(decoding: sealed, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        #expect(try SigningKey(pem: plain).verification == key.verification)
        #expect(try SigningKey(pem: sealed, password: password).verification == key.verification)
        #expect(throws: KeyFault.needsPassword) { try SigningKey(pem: sealed) }
        #expect(throws: KeyFault.wrongPassword) { try SigningKey(pem: sealed, password: Array("wrong".utf8)) }
        let verification = try VerificationKey(pem: key.verification.pem)
        #expect(verification == key.verification && verification.fingerprint == key.verification.fingerprint)
        #expect(verification != SigningKey().verification)
    }

    @Test("what is no key says what it is")
    func refused() {
        let plain = SigningKey().pem()
        #expect(throws: KeyFault.malformed) { try SigningKey(pem: []) }
        #expect(throws: KeyFault.malformed) { try SigningKey(pem: Array("no key".utf8)) }
        #expect(throws: KeyFault.malformed) { try SigningKey(pem: Array(plain.dropLast(60))) }
        #expect(throws: KeyFault.malformed) { try SigningKey(pem: pem("PRIVATE KEY", "AAAA")) }
        #expect(throws: KeyFault.otherKind("CERTIFICATE")) { try SigningKey(pem: pem("CERTIFICATE", "AAAA")) }
        #expect(throws: KeyFault.ofCosign) { try SigningKey(pem: pem("ENCRYPTED SIGSTORE PRIVATE KEY", "AAAA")) }
        #expect(throws: KeyFault.otherKind("PRIVATE KEY")) { try VerificationKey(pem: plain) }
        #expect(throws: KeyFault.otherKind("PUBLIC KEY")) { try SigningKey(pem: SigningKey().verification.pem) }
        #expect(throws: KeyFault.malformed) { try VerificationKey(pem: pem("PUBLIC KEY", "AAAA")) }
    }

    /// A key of Ed25519 (RFC 8410 §10.1) and one of P-384, made by `openssl genpkey`.
    @Test("keys of other algorithms and curves are named")
    func otherAlgorithms() {
        let edwards = pem("PUBLIC KEY", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
        #expect(throws: KeyFault.otherAlgorithm("ED25519")) { try VerificationKey(pem: edwards) }
        let larger = pem(
            "PUBLIC KEY", "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEhEM6fyAFv46ycDnZT1hRnF/eeUVt/bwr",
            "j08BUSj1p18eU7hJwoMQheX+8EF5GomVP1V+QGC1p+wyNAw9uBoC7WB8QDjmQRxY", "QM2mmUQ/SroRXt3c65RLEFJiRRA5qgNB")
        #expect(throws: KeyFault.otherAlgorithm("secp384r1")) { try VerificationKey(pem: larger) }
    }

    @Test(
        "base64 has its padding, and refuses what has not",
        arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func base64(text: String) {
        let encoded = Base64.encode(Array(text.utf8))
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(encoded.utf8.count % 4 == 0)
    }

    @Test("base64 of RFC 4648 and what is none")
    func base64Examples() {
        #expect(Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        for text in ["Zg", "Zg=", "Z===", "-_8=", "Zm=v", "Zm9v\n", "===="] {
            #expect(Base64.decode(text) == nil, "\(text)")
        }
    }
}
