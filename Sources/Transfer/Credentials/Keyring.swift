internal import Diagnostics
internal import SystemPackage

/// A file of users and passwords by URL, in the form of an INI file:
///
///     [https://packages.example.org/simple]
///     username = ana
///     password = a secret
///
/// `password-file = PATH` takes the password from a file's first line instead, such as a secret that a cluster mounts.
/// The longest section that a URL lies below wins; files elsewhere at the same origin get the section's too.
struct Keyring {
    private(set) var grants: [CredentialSources.Grant] = []

    init() {}

    init(_ text: String, _ path: FilePath) throws(TransferError) {
        var section: (place: ResourceURL, line: Int)?
        var user = "", password: String?

        func broken(_ message: String, line: Int) -> TransferError {
            TransferError(
                .invalidCredentialsFile, path.string, "\(message) (line \(line))",
                advice: "write a section '[https://host/path]' with 'username = …' and 'password = …'")
        }
        func finish(_ keyring: inout Keyring) throws(TransferError) {
            guard let section else { return }
            guard let password else { throw broken("has a section without a password", line: section.line) }
            keyring.grants.append(.init(Credentials(user: user, password: password), for: section.place))
        }

        var number = 0
        for line in text.textLines {
            number += 1
            let line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                try finish(&self)
                do {
                    section = (try ResourceURL(String(line.dropFirst().dropLast())), number)
                } catch {
                    throw broken("has a section that is no URL", line: number)
                }
                (user, password) = ("", nil)
                continue
            }
            guard section != nil, let equals = line.firstIndex(of: "=") else {
                throw broken("has a line that is neither a section nor a setting of one", line: number)
            }
            let value = String(Self.trimmed(line[line.index(after: equals)...]))
            switch Self.trimmed(line[..<equals]).lowercased() {
            case "username": user = value
            case "password": password = value
            case "password-file":
                let file = path.removingLastComponent().pushing(FilePath(value))
                guard let bytes = try LocalFile.contents(of: file, limit: 64 << 10) else {
                    throw broken("names the password file \(file), which is not there", line: number)
                }
                let firstLine = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
                password = String(decoding: firstLine, as: UTF8.self)
            default: throw broken("has a setting that is not known", line: number)
            }
        }
        try finish(&self)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}
