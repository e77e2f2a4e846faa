public import Cryptography
internal import JSONDocument

/// A signed document with its signatures: an envelope of DSSE 1.0.
public struct Envelope: Sendable, Hashable {
    public static let mediaType = "application/vnd.dsse.envelope.v1+json"

    public struct Signature: Sendable, Hashable {
        /// A hint for whoever looks for the key: its fingerprint.
        public var key: String?
        public var bytes: [UInt8]
    }

    public var payloadType: String
    public var payload: [UInt8]
    public var signatures: [Signature]

    /// Signs a document.
    public init(_ payload: [UInt8], type: String, signedWith key: SigningKey) {
        payloadType = type
        self.payload = payload
        let bytes = key.signature(of: Self.authenticated(payload, type: type))
        signatures = [Signature(key: key.verification.fingerprint.hex, bytes: bytes)]
    }

    /// Reads an envelope.
    ///
    /// - Throws: ``SupplyChainError`` (`malformed`); `name` is what it calls the document.
    public init(parsing bytes: [UInt8], name: String) throws {
        guard let fields = (try? JSON(parsing: bytes))?.fields, case .string(let type)? = fields["payloadType"],
            case .string(let text)? = fields["payload"], let payload = Base64.decode(text),
            case .array(let list)? = fields["signatures"], !list.isEmpty
        else {
            throw SupplyChainError(.malformed, name, "is no DSSE envelope", advice: "sign the document again")
        }
        payloadType = type
        self.payload = payload
        signatures = try list.map { entry in
            guard let fields = entry.fields, case .string(let text)? = fields["sig"], let bytes = Base64.decode(text)
            else {
                throw SupplyChainError(.malformed, name, "has a signature that is none", advice: "sign it again")
            }
            if case .string(let key)? = fields["keyid"] { return Signature(key: key, bytes: bytes) }
            return Signature(key: nil, bytes: bytes)
        }
    }

    /// Canonical JSON.
    public var bytes: [UInt8] {
        JSON.object([
            "payloadType": .string(payloadType), "payload": .string(Base64.encode(payload)),
            "signatures": .array(
                signatures.map { signature in
                    var fields: [String: JSON] = ["sig": .string(Base64.encode(signature.bytes))]
                    if let key = signature.key { fields["keyid"] = .string(key) }
                    return .object(fields)
                }),
        ]).bytes
    }

    /// Whether one of the signatures is that key's.
    public func isSigned(by key: VerificationKey) -> Bool {
        let message = Self.authenticated(payload, type: payloadType)
        return signatures.contains { key.verifies($0.bytes, of: message) }
    }

    /// What is signed: the pre-authentication encoding of type and payload (DSSE 1.0 §signature definition).
    public static func authenticated(_ payload: [UInt8], type: String) -> [UInt8] {
        Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }
}
