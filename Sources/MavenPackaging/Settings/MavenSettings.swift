/// `settings.xml`, as far as it says where artifacts come from: Maven's settings of a user or of an installation.
public struct MavenSettings: Sendable {
    public var localRepository: String?
    public var isOffline = false
    public var mirrors: [Mirror] = []
    public var servers: [Server] = []
    public var profiles: [Profile] = []
    public var activeProfiles: [String] = []
    /// Hosts through which requests should go. They are told and not used.
    public var proxies: [String] = []

    /// A repository that is asked in place of others.
    public struct Mirror: Sendable, Equatable {
        public var id: String
        public var url: String
        /// Whom it stands for: ids, `*`, `external:*`, `external:http:*`, `!id`.
        public var of: String
        /// It takes requests for nobody: what it mirrors must not be asked at all.
        public var isBlocked: Bool
    }

    /// Who we are to the repository of that id.
    public struct Server: Sendable, Equatable {
        public var id: String
        public var user: String?
        public var password: String?
        /// Sent with each request: `configuration/httpHeaders`.
        public var headers: [Header] = []

        public struct Header: Sendable, Equatable {
            public var name: String
            public var value: String
        }
    }

    /// Repositories that count under conditions.
    public struct Profile: Sendable {
        public var id: String
        public var activation: POMProfile.Activation?
        public var repositories: [POMRepository]
    }

    public init() {}

    /// - Parameters:
    ///   - subject: what an error is about: the file.
    ///   - environment: for `${env.NAME}`.
    ///   - home: for `${user.home}`.
    /// - Throws: `MavenPackagingError.Code.badXML`, `.hasDoctype`, `.badSettings`.
    public init(
        _ bytes: [UInt8], subject: String, environment: [String: String], home: String?
    ) throws(MavenPackagingError) {
        let root = try XMLReader.read(
            bytes, subject: subject, root: "settings", of: "settings.xml", else: .badSettings)
        let reader = SettingsReader(environment: environment, home: home)
        localRepository = reader.text("localRepository", of: root)
        isOffline = reader.text("offline", of: root)?.lowercased() == "true"
        mirrors = try root.items("mirrors").map { item throws(MavenPackagingError) in
            guard let url = reader.text("url", of: item), let of = reader.text("mirrorOf", of: item) else {
                throw MavenPackagingError(
                    .badSettings, subject, "have a mirror without <url> or <mirrorOf> (\(item.place))")
            }
            return Mirror(
                id: reader.text("id", of: item) ?? "default", url: url, of: of,
                isBlocked: reader.text("blocked", of: item)?.lowercased() == "true")
        }
        servers = root.items("servers").map(reader.server)
        profiles = try root.items("profiles").map { item throws(MavenPackagingError) in
            try reader.profile(item, subject: subject)
        }
        activeProfiles = root.items("activeProfiles").map { reader.replaced($0.trimmedText) }
        proxies = root.items("proxies").compactMap { item in
            guard reader.text("active", of: item)?.lowercased() != "false" else { return nil }
            return reader.text("host", of: item)
        }
    }

    /// The user's settings over an installation's: lists are joined, the user's entries first, and the first of an id
    /// counts.
    public func over(_ other: MavenSettings) -> MavenSettings {
        var result = self
        result.localRepository = localRepository ?? other.localRepository
        result.isOffline = isOffline || other.isOffline
        func join<Item>(_ own: [Item], _ others: [Item], _ id: (Item) -> String) -> [Item] {
            let known = Set(own.map(id))
            return own + others.filter { !known.contains(id($0)) }
        }
        result.mirrors = join(mirrors, other.mirrors, \.id)
        result.servers = join(servers, other.servers, \.id)
        result.profiles = join(profiles, other.profiles, \.id)
        result.activeProfiles = activeProfiles + other.activeProfiles.filter { !activeProfiles.contains($0) }
        result.proxies = proxies.isEmpty ? other.proxies : proxies
        return result
    }

    /// The repositories of the profiles that count, in order.
    public func repositories(for target: MavenTarget) -> [POMRepository] {
        let candidates = profiles.map { profile in
            POMProfile(
                id: profile.id, activation: profile.activation, properties: [:], dependencies: [], managed: [],
                repositories: profile.repositories)
        }
        let named = Set(activeProfiles)
        let automatic = Set(ProfileSelection(target: target).active(candidates).map(\.id))
        // Those that are active by default count beside others here, unlike a POM's.
        var seen: Set<String> = []
        return profiles.filter { profile in
            named.contains(profile.id) || automatic.contains(profile.id) || profile.activation?.byDefault ?? false
        }.flatMap(\.repositories).filter { seen.insert($0.id).inserted }
    }
}

private struct SettingsReader {
    let environment: [String: String]
    let home: String?

    func text(_ name: String, of element: XMLElement) -> String? { element.text(of: name).map(replaced) }

    /// What is not defined stays as it is.
    func replaced(_ text: String) -> String {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            let value =
                name.hasPrefix("env.") ? environment[String(name.dropFirst(4))] : name == "user.home" ? home : nil
            result += rest[..<start.lowerBound] + (value ?? "${\(name)}")
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    func server(_ element: XMLElement) -> MavenSettings.Server {
        let headers = element["configuration"]?["httpHeaders"]?.children ?? []
        return MavenSettings.Server(
            id: text("id", of: element) ?? "default", user: text("username", of: element),
            password: text("password", of: element),
            headers: headers.compactMap { header in
                if let name = text("name", of: header), let value = text("value", of: header) {
                    return .init(name: name, value: value)
                }
                return header.children.isEmpty ? .init(name: header.name, value: replaced(header.trimmedText)) : nil
            })
    }

    func profile(_ element: XMLElement, subject: String) throws(MavenPackagingError) -> MavenSettings.Profile {
        let profile = try POM.profile(element, subject: subject)
        let repositories = profile.repositories.map { repository in
            var repository = repository
            repository.id = replaced(repository.id)
            repository.url = replaced(repository.url)
            return repository
        }
        return MavenSettings.Profile(
            id: replaced(profile.id), activation: profile.activation, repositories: repositories)
    }
}
