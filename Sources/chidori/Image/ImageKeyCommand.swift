internal import ArgumentParser
internal import Cryptography
internal import JSONDocument
internal import SystemPackage

/// `chidori image key`: keys that images are signed with.
struct ImageKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make keys that images are signed with.", subcommands: [ImageKeyNewCommand.self])
}

/// `chidori image key new`.
struct ImageKeyNewCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a pair of keys for ECDSA on P-256.",
        usage: "chidori image key new [<options>] <file>",
        discussion: """
            The private key is for its owner alone; with a password it is encrypted (PKCS #8, AES-256). The public one, \
            which others verify with, lies beside it: release.key and release.pub.

            Examples:
              chidori image key new release.key
              CHIDORI_KEY_PASSWORD=… chidori image key new release.key
            """)

    @Argument(help: "Where to write the private key.", completion: .file())
    var file: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with the password to encrypt it with. Default: $CHIDORI_KEY_PASSWORD, else it is not encrypted.",
            valueName: "file"), completion: .file())
    var passwordFile: String?

    @OptionGroup var speaking: SpeakingOptions

    var output: Output { speaking.output }

    func answer() async throws -> Answer {
        let path = absolute(file)
        let made = try SigningKeyFile.make(path, passwordFile: passwordFile.map(absolute))
        let fingerprint = made.key.verification.fingerprint
        return Answer(
            [
                "key": .string(path.string), "public": .string(made.publicPath.string),
                "fingerprint": .string(fingerprint.prefixed),
            ],
            remarks: [
                "Made \(path) and \(made.publicPath), whose fingerprint is \(fingerprint.prefixed)",
                "Keep the first where nobody else reads it, and give the second to whoever verifies",
            ])
    }
}
