internal import ArgumentParser
internal import Cryptography

/// The key that something is signed with.
struct KeyOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The private key, in PEM. `chidori image key new` makes one.", valueName: "file"), completion: .file())
    var key: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with the password of an encrypted key. Default: $CHIDORI_KEY_PASSWORD.", valueName: "file"),
        completion: .file())
    var passwordFile: String?

    /// The key, where one is named.
    func signingKey() throws -> SigningKey? {
        try key.map { try SigningKeyFile.privateKey(absolute($0), passwordFile: passwordFile.map(absolute)) }
    }
}
