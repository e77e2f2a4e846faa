internal import FileSystem
internal import Glibc
public import MavenPackaging
public import SystemPackage
internal import Transfer

/// Which repositories are asked, in order, and who we are to them.
public struct MavenConfiguration: Sendable {
    public var repositories: [Repository]
    /// What Maven has fetched or installed on this machine: `~/.m2/repository`. `nil` where it is not used.
    public var localRepository: FilePath?
    public var isOffline: Bool
    public var notices: [MavenNotice]
    /// Where netrc's passwords may go without TLS: what the machine's user has named.
    var usersOrigins: [Origin]
    /// Users, passwords and headers, by the repository that they are for.
    var grants: [CredentialSources.Grant]
    /// Repositories of the recipe's own that should be folders, and are none.
    private var missingFolders: [(id: String, path: FilePath)] = []

    /// What a machine and its user say.
    public struct Machine: Sendable {
        /// `HOME`, `PATH`, `MAVEN_HOME`, and what settings refer to.
        public var environment: [String: String]
        /// The user's settings: `~/.m2/settings.xml` if `nil`.
        public var settings: FilePath?
        public var usesSettings = true
        public var usesLocalRepository = true
        public var usesDefaultRepository = true

        public init(environment: [String: String]) {
            self.environment = environment
        }
    }

    /// Puts together what the recipe, the settings and the machine's Maven say. Blocks.
    ///
    /// - Parameters:
    ///   - own: the recipe's repositories.
    ///   - usesDefault: whether the recipe wants the machine's default one too.
    /// - Throws: `MavenResolverError.Code.badConfiguration`, `.blocked`, `.noDefaultRepository`; `MavenPackagingError` for
    ///   settings that cannot be read.
    public init(own: [JarRepository], usesDefault: Bool = true, target: MavenTarget, machine: Machine) throws {
        let home = machine.environment["HOME"].map { FilePath($0) }
        let installation = MavenInstallation.home(machine.environment)
        var settings = MavenSettings()
        if machine.usesSettings {
            let user = machine.settings ?? home?.appending(".m2/settings.xml")
            settings = try Self.settings(user, machine) ?? settings
            if let installation {
                let general = try Self.settings(MavenInstallation.settings(installation), machine)
                settings = general.map(settings.over) ?? settings
            }
        }
        isOffline = settings.isOffline
        notices = settings.proxies.isEmpty ? [] : [.proxiesUnused(settings.proxies)]
        grants = []
        usersOrigins = []
        repositories = []

        let ofSettings = settings.repositories(for: target).map { JarRepository($0) }
        let named: [(repository: JarRepository, isDefault: Bool)] = (own + ofSettings).map { ($0, false) }
        var all = named
        if machine.usesDefaultRepository, usesDefault {
            let defaults = try installation.map(MavenInstallation.repositories) ?? []
            // One that is named like it stands in its place.
            all += defaults.filter { theirs in !named.contains { $0.repository.id == theirs.id } }.map {
                (JarRepository($0), true)
            }
            // A mirror of everything may stand in for a default that is not known.
            if defaults.isEmpty,
                let mirror = MirrorRules(settings.mirrors).mirror(of: "central", url: "https://central.invalid/")
            {
                all.append((JarRepository(id: "central", url: mirror.url, hasSnapshots: false), true))
            } else if defaults.isEmpty {
                notices.append(.noDefaultRepository)
            }
        }
        let rules = MirrorRules(settings.mirrors)
        for (number, (repository, isDefault)) in all.enumerated() {
            let mirror = rules.mirror(of: repository.id, url: repository.url)
            if mirror?.isBlocked == true {
                throw MavenResolverError(
                    .blocked, repository.id,
                    "must not be asked, as the mirror '\(mirror?.id ?? "")' of settings.xml says",
                    advice: "name it by https, or change the settings")
            }
            let server = settings.servers.first { $0.id == mirror?.id ?? repository.id }
            // What the settings name themselves is the user's, whoever names it too.
            let isRecipes =
                mirror == nil && number < own.count
                && !ofSettings.contains { $0.id == repository.id && Self.isSame($0.url, repository.url) }
            try add(repository, mirror, isDefault: isDefault, server, isRecipes ? machine.environment : nil)
        }
        if machine.usesLocalRepository {
            let local = settings.localRepository.map { FilePath($0) } ?? home?.appending(".m2/repository")
            localRepository = local.flatMap { $0.isFolder ? $0 : nil }
        }
        guard !repositories.isEmpty || localRepository != nil else {
            throw MavenResolverError(
                .noDefaultRepository, "repositories",
                "are named nowhere, and "
                    + (usesDefault
                        ? "this machine has no Maven whose own could be asked"
                        : "the recipe says `default-repository: false`"),
                advice: "name them in the recipe (jars: repositories:) or in ~/.m2/settings.xml"
                    + (usesDefault ? ", or install Maven" : ""))
        }
    }

    /// - Parameter environment: for a repository that the recipe names: a recipe may come from somebody else, so that
    ///   the user's passwords go there only if `CHIDORI_REPOSITORY_ID_URL` says the same URL.
    private mutating func add(
        _ repository: JarRepository, _ mirror: MavenSettings.Mirror?, isDefault: Bool, _ server: MavenSettings.Server?,
        _ environment: [String: String]?
    ) throws {
        let text = mirror?.url ?? repository.url
        var url: ResourceURL
        do {
            url = try text.hasPrefix("/") ? .file(FilePath(text), isFolder: true) : ResourceURL(text).asFolder
        } catch {
            throw MavenResolverError(
                .badConfiguration, mirror?.id ?? repository.id, "has a URL that cannot be asked: \(error.message)",
                advice: error.advice, cause: error)
        }
        let variable = Self.variable(repository.id)
        if let folder = url.filePath, !folder.isFolder {
            // Of a mirror that is none, whoever made the settings should know; what a recipe names must be there.
            if mirror == nil, environment != nil {
                missingFolders.append((repository.id, folder))
            } else {
                notices.append(.noFolder(repository: mirror?.id ?? repository.id, folder.string))
            }
        }
        let isUsers =
            environment.map { environment in
                environment[variable].flatMap { try? ResourceURL($0).asFolder }?.text == url.with(credentials: nil).text
            } ?? true
        var server = server
        if !isUsers, let known = server {
            if known.user != nil || !known.headers.isEmpty {
                notices.append(.passwordWithheld(repository: repository.id, variable: variable))
            }
            server = nil
        }
        if isUsers { usersOrigins.append(url.origin) }
        let place = url.with(credentials: nil)
        if let own = url.credentials {
            grants.append(.init(own, for: place, reach: .place))
        } else if let server, let user = server.user {
            let password = server.password ?? ""
            guard !(password.hasPrefix("{") && password.hasSuffix("}")) else {
                throw MavenResolverError(
                    .badConfiguration, "server '\(server.id)' of settings.xml",
                    "has an encrypted password, which is not read",
                    advice: "give it as ${env.NAME}, or in the keyring file or netrc")
            }
            grants.append(.init(Credentials(user: user, password: password), for: place, reach: .place))
        }
        if let server, !server.headers.isEmpty {
            let headers = server.headers.map { (name: $0.name, value: $0.value) }
            grants.append(.init(nil, headers: headers, for: place, reach: .place))
        }
        url = place
        // Several repositories may have one mirror, which is asked once for all of them.
        if let known = repositories.firstIndex(where: { $0.root == url }) {
            let old = repositories[known]
            repositories[known] = Repository(
                id: old.id, root: url, hasReleases: old.hasReleases || repository.hasReleases,
                hasSnapshots: old.hasSnapshots || repository.hasSnapshots, isDefault: old.isDefault || isDefault)
            return
        }
        repositories.append(
            Repository(
                id: mirror?.id ?? repository.id, root: url, hasReleases: repository.hasReleases,
                hasSnapshots: repository.hasSnapshots, isDefault: isDefault))
    }

    /// Whether two texts name one folder, however they end.
    private static func isSame(_ url: String, _ other: String) -> Bool {
        guard let url = try? ResourceURL(url).asFolder, let other = try? ResourceURL(other).asFolder else {
            return false
        }
        return url.with(credentials: nil) == other.with(credentials: nil)
    }

    /// What a recipe names as a folder must be one: all its files would be missing without a word.
    ///
    /// - Throws: `MavenResolverError.Code.noSuchRepository`.
    func checkFolders() throws(MavenResolverError) {
        guard let (id, path) = missingFolders.first else { return }
        let name = id.hasPrefix("file:") || id.hasPrefix("/") ? "" : " '\(id)'"
        throw MavenResolverError(
            .noSuchRepository, "\(path)",
            "is \(path.isThere ? "no folder" : "not there"), and the recipe names it as the repository\(name) of its jars "
                + "(jars.repositories)",
            advice: "correct the path, which starts from the recipe's folder, or take it out of `jars.repositories`")
    }

    private static func settings(_ path: FilePath?, _ machine: Machine) throws -> MavenSettings? {
        guard let path else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try path.fileContents(limit: 4 << 20)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch {
            throw MavenResolverError(
                .badConfiguration, path.string, "cannot be read: \(error)", advice: "check who may read it",
                cause: error)
        }
        return try MavenSettings(
            bytes, subject: path.string, environment: machine.environment, home: machine.environment["HOME"])
    }

    /// `CHIDORI_REPOSITORY_ID_URL`, with the id in capitals and `_` for anything but letters and digits.
    private static func variable(_ id: String) -> String {
        let name = id.uppercased().utf8.map { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) ? byte : UInt8(ascii: "_")
        }
        return "CHIDORI_REPOSITORY_\(String(decoding: name, as: UTF8.self))_URL"
    }
}
