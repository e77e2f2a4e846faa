internal import Diagnostics
internal import FoundationEssentials
internal import JSONDocument
internal import Transfer

/// A file of credentials, as Docker (`config.json`) and Podman (`auth.json`, containers-auth.json(5)) write it.
struct AuthFile: Sendable {
    /// What a file says of a place.
    enum Entry: Hashable, Sendable {
        case credential(RegistryCredential)
        /// `docker-credential-NAME` knows; `place` is what to ask it for.
        case helper(String, place: String)
    }

    private var credentials: [String: RegistryCredential] = [:]
    private var helpers: [String: String] = [:]
    /// The helper for every place that has no other.
    private var store: String?

    /// - Parameter name: the file's path, for messages.
    /// - Throws: ``RegistryError`` (`badConfiguration`).
    init(_ bytes: [UInt8], name: String) throws {
        func broken(_ message: String) -> RegistryError {
            RegistryError(
                .badConfiguration, name, message,
                advice: "log in anew with `skopeo login` or `docker login`, which write it, or mend it")
        }
        let isEmpty = bytes.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard !isEmpty else { return }
        guard let fields = (try? JSON(parsing: bytes))?.fields else { throw broken("is no JSON object") }
        for (place, value) in fields["auths"]?.fields ?? [:] {
            guard let entry = value.fields else { throw broken("has an entry for \(place) that is no object") }
            if let credential = try Self.credential(
                entry, malformed: { broken("has an entry for \(place) that \($0)") })
            {
                credentials[Self.normalized(place)] = credential
            }
        }
        for (place, value) in fields["credHelpers"]?.fields ?? [:] {
            guard case .string(let helper) = value else { throw broken("has a helper for \(place) that is no text") }
            if !helper.isEmpty { helpers[Self.normalized(place)] = helper }
        }
        if case .string(let helper) = fields["credsStore"], !helper.isEmpty { store = helper }
    }

    /// What the file knows of a repository: the longest place that the repository lies below counts.
    func entry(host: String, repository: String) -> Entry? {
        for place in Self.places(host: host, repository: repository) {
            if let helper = helpers[place] { return .helper(helper, place: place) }
            if let credential = credentials[place] { return .credential(credential) }
        }
        return store.map { .helper($0, place: host) }
    }

    /// The repository, what is above it, and the host.
    static func places(host: String, repository: String) -> [String] {
        var places = [host]
        var place = host
        for part in repository.split(separator: "/") {
            place += "/\(part)"
            places.append(place)
        }
        return places.reversed()
    }

    private static func credential(
        _ fields: [String: JSON], malformed: (String) -> RegistryError
    ) throws -> RegistryCredential? {
        func text(_ key: String) -> String? {
            if case .string(let text) = fields[key], !text.isEmpty { text } else { nil }
        }
        if let token = text("identitytoken") { return .identityToken(token) }
        if let auth = text("auth") {
            guard let data = Data(base64Encoded: auth), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
                throw malformed("is no base64 of user:password")
            }
            // Docker's older versions end the password with a zero.
            let password = data[data.index(after: colon)...].filter { $0 != 0 }
            return .password(
                Credentials(
                    user: String(decoding: data[..<colon], as: UTF8.self),
                    password: String(decoding: password, as: UTF8.self)))
        }
        guard let user = text("username"), let password = text("password") else { return nil }
        return .password(Credentials(user: user, password: password))
    }

    /// Docker has written places as URLs too: `https://registry.example/v1/` means the host.
    private static func normalized(_ place: String) -> String {
        for scheme in ["https://", "http://"] where place.hasPrefix(scheme) {
            return String(place.dropFirst(scheme.count).prefix { $0 != "/" }).lowercased()
        }
        var parts = place.split(separator: "/").map(String.init)
        if parts.count == 2, ["v1", "v2"].contains(parts[1]), place.hasSuffix("/") { parts.removeLast() }
        if let host = parts.first { parts[0] = host.lowercased() }
        return parts.joined(separator: "/")
    }
}
