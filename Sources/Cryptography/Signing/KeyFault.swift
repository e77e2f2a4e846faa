/// Why a text is no key that can be used here.
public enum KeyFault: Error, Equatable, Sendable {
    /// No PEM at all, or one whose content is cut off or changed.
    case malformed
    /// The PEM holds something else: the label that it begins with.
    case otherKind(String)
    /// A key of another algorithm or curve than ECDSA on P-256, as OpenSSL calls it.
    case otherAlgorithm(String)
    /// The key is encrypted, and no password was given.
    case needsPassword
    /// The password does not open it.
    case wrongPassword
    /// A private key in cosign's own encryption (scrypt and NaCl's secretbox), which is not read.
    case ofCosign
}
