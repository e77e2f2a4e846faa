internal import JSONDocument
internal import Subprocesses
internal import Transfer

/// A program that keeps credentials: `docker-credential-NAME get` (docker-credential-helpers).
struct CredentialHelper {
    let name: String

    /// - Throws: ``RegistryError`` (`helperFailed`) for a name that could mean another program.
    init(_ name: String) throws {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, !name.isEmpty else {
            throw RegistryError(
                .helperFailed, name, "is no name of a credential helper",
                advice: "name a program docker-credential-NAME on the PATH in `credHelpers` or `credsStore`")
        }
        self.name = name
    }

    /// Asks for the credential of a place; `nil` where the helper has none. Blocks.
    func credential(for place: String) throws -> RegistryCredential? {
        let program = Program("docker-credential-\(name)", ["get"])
        let outcome: ProgramOutcome
        do {
            outcome = try program.run(input: Array(place.utf8), outputLimit: 1 << 20, timeout: .seconds(60))
        } catch {
            throw RegistryError(
                .helperFailed, program.program,
                "is named for \(place) in a file of credentials and cannot be run: \(error)",
                advice: "install it, or take it out of `credHelpers` and `credsStore`", cause: error)
        }
        guard outcome.succeeded else {
            // Helpers tell what they lack and what is broken by the same status.
            if outcome.outputText.contains("credentials not found") { return nil }
            let said = outcome.errorText.isEmpty ? outcome.outputText : outcome.errorText
            throw RegistryError(
                .helperFailed, program.program,
                "gives no credentials for \(place): \(said.prefix { $0 != "\n" }.prefix(200))",
                advice: "run it: echo \(place) | \(program.program) get")
        }
        guard let fields = (try? JSON(parsing: outcome.output))?.fields, case .string(let user) = fields["Username"],
            case .string(let secret) = fields["Secret"]
        else {
            throw RegistryError(
                .helperFailed, program.program, "answers for \(place) with something that is no credentials",
                advice: "update it; it should print an object with Username and Secret")
        }
        if user.isEmpty, secret.isEmpty { return nil }
        return user == "<token>" ? .identityToken(secret) : .password(Credentials(user: user, password: secret))
    }
}
