internal import Documents
internal import FileSystem
internal import ImageSpec
internal import Recipes
public import SystemPackage

/// Mirrors, other locations and plain HTTP by registry: the second form of containers-registries.conf(5).
///
/// The files belong to other programs; what Chidori has no use for in them is passed over.
public struct RegistriesConfiguration: Sendable {
    struct Mirror: Equatable, Sendable {
        enum Use: String, Sendable {
            case all = "all"
            case digests = "digest-only"
            case tags = "tag-only"
        }

        var location: String
        var isInsecure = false
        var use = Use.all
    }

    struct Registry: Equatable, Sendable {
        /// `HOST[:PORT][/NAME]`, or `*.DOMAIN`.
        var prefix: String
        /// What stands for the prefix; the prefix itself where it is empty.
        var location: String
        var isInsecure = false
        var isBlocked = false
        var mirrors: [Mirror] = []
    }

    private(set) var registries: [Registry] = []

    public init() {}

    /// The configuration of this user: `$CONTAINERS_REGISTRIES_CONF`, else `~/.config/containers/registries.conf`, else
    /// `/etc/containers/registries.conf`, and beside the latter two what `registries.conf.d/` adds. What a user's own
    /// folder adds counts beside the machine's files too, but a user's own file stands for all of the machine's
    /// (containers-registries.conf.d(5)). Blocks.
    ///
    /// - Parameter system: the machine's folder.
    /// - Throws: ``RegistryError`` (`badConfiguration`).
    public static func ofUser(
        environment: [String: String], system: FilePath = "/etc/containers"
    ) throws -> RegistriesConfiguration {
        func given(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        var configuration = RegistriesConfiguration()
        if let named = given("CONTAINERS_REGISTRIES_CONF") {
            _ = try configuration.add(fileAt: named)
            return configuration
        }
        let own = (given("XDG_CONFIG_HOME") ?? given("HOME")?.appending(".config"))?.appending("containers")
        let hasOwn = try own.map { try configuration.add(fileAt: $0.appending("registries.conf")) } ?? false
        if !hasOwn {
            _ = try configuration.add(fileAt: system.appending("registries.conf"))
            try configuration.add(additionsIn: system)
        }
        if let own { try configuration.add(additionsIn: own) }
        return configuration
    }

    /// Adds what `registries.conf.d/` in a folder has, in the order of the names.
    private mutating func add(additionsIn folder: FilePath) throws {
        let additions = folder.appending("registries.conf.d")
        let names = ((try? additions.folderEntries()) ?? []).map(\.name).filter { $0.hasSuffix(".conf") }
        for name in names.sorted() { _ = try add(fileAt: additions.appending(name)) }
    }

    /// Adds a file's registries, each in place of one with the same prefix; `false` where there is no such file.
    mutating func add(fileAt path: FilePath) throws -> Bool {
        do {
            try add(SourceText(try path.fileContents(limit: 4 << 20), name: path.string))
            return true
        } catch let error as Errno where error == .noSuchFileOrDirectory || error == .notDirectory {
            return false
        } catch let error as Errno {
            throw RegistryError(
                .badConfiguration, path.string, "cannot be read: \(error)", advice: "check who may read it",
                cause: error)
        }
    }

    /// - Throws: ``RegistryError`` (`badConfiguration`) for what is no TOML, or a registry without a place.
    mutating func add(_ source: SourceText) throws {
        let root: SourceNode
        do {
            root = try TOMLReader.read(source)
        } catch {
            throw RegistryError(
                .badConfiguration, error.subject, error.message, advice: error.advice ?? "mend the file", cause: error)
        }
        for node in root.items("registry") {
            let location = node.text("location") ?? ""
            let prefix = node.text("prefix") ?? location
            guard !prefix.isEmpty else {
                throw RegistryError(
                    .badConfiguration, "\(source.name):\(node.mark)", "has a registry without `prefix` and `location`",
                    advice: "add `location = \"HOST[:PORT]\"`")
            }
            let digestsOnly = node.flag("mirror-by-digest-only")
            let mirrors = try node.items("mirror").map { mirror in
                guard let location = mirror.text("location"), !location.isEmpty else {
                    throw RegistryError(
                        .badConfiguration, "\(source.name):\(mirror.mark)", "has a mirror without `location`",
                        advice: "add `location = \"HOST[:PORT][/NAME]\"`")
                }
                let use = mirror.text("pull-from-mirror").flatMap(Mirror.Use.init) ?? .all
                return Mirror(
                    location: location, isInsecure: mirror.flag("insecure"), use: digestsOnly ? .digests : use)
            }
            registries.removeAll { $0.prefix == prefix }
            registries.append(
                Registry(
                    prefix: prefix, location: location, isInsecure: node.flag("insecure"),
                    isBlocked: node.flag("blocked"), mirrors: mirrors))
        }
    }
}

extension SourceNode {
    fileprivate func entry(_ key: String) -> SourceNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    fileprivate func items(_ key: String) -> [SourceNode] {
        guard case .sequence(let items) = entry(key)?.content else { return [] }
        return items
    }

    fileprivate func text(_ key: String) -> String? {
        guard case .scalar(let text, .text) = entry(key)?.content else { return nil }
        return text
    }

    fileprivate func flag(_ key: String) -> Bool {
        guard case .scalar("true", .boolean) = entry(key)?.content else { return false }
        return true
    }
}
