public import Cryptography
internal import JSONDocument

extension Envelope {
    /// What the payload is about, by the SHA-256 of each subject (in-toto attestation framework, Statement v0.1 and v1).
    ///
    /// A signature holds for a payload alone: whoever may write beside an image can hang an envelope there that was signed
    /// for another one. So an envelope vouches for what its statement names, and for nothing that it is found beside.
    ///
    /// - Returns: none where the payload is no statement of in-toto's, or names no SHA-256.
    public var subjects: Set<SHA256Digest> {
        guard payloadType == Provenance.mediaType, let fields = (try? JSON(parsing: payload))?.fields,
            case .string(let type)? = fields["_type"], Self.statements.contains(type),
            case .array(let subjects)? = fields["subject"]
        else { return [] }
        return Set(
            subjects.compactMap { subject in
                guard case .string(let hex)? = subject.fields?["digest"]?.fields?["sha256"] else { return nil }
                return SHA256Digest(hex: hex)
            })
    }

    private static let statements = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]
}
