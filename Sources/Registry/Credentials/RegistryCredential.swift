internal import Transfer

/// Who we are to a registry.
enum RegistryCredential: Hashable, Sendable {
    case password(Credentials)
    /// What a login has left in place of a password: it is exchanged for tokens.
    case identityToken(String)

    /// What to do where a registry does not take what it is given.
    static func advice(for host: String) -> String {
        "log in with `skopeo login \(host)` or `docker login \(host)`, or name a file that has the credentials in "
            + "REGISTRY_AUTH_FILE"
    }
}

extension RegistryCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "(credential)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
