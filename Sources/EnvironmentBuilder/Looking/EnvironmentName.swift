internal import ContentStore
public import Cryptography

/// A name that an environment goes by, and what was built under it.
///
/// An environment's id follows from what it holds, so several recipes may give the same one. What each of them says of it,
/// its version and its lock, belongs to its name.
public struct EnvironmentName: Sendable, Hashable {
    /// `features`; `features@PLATFORM`, of a lock for several; `features:1.4-2`, of a release.
    public let tag: String
    /// The recipe's.
    public let name: String
    public let version: String?
    /// The digest of the lock's text.
    public let lock: SHA256Digest
}

extension EnvironmentBuilder {
    /// What an environment is by one of its tags.
    func name(_ tag: String, of environment: StoredEnvironment) throws -> EnvironmentName {
        if let release = try releasedName(tag, of: environment) { return release }
        let platform = "@\(environment.platform)"
        let name = tag.hasSuffix(platform) ? String(tag.dropLast(platform.utf8.count)) : tag
        if let origin = try origin(of: environment.id, named: name) {
            return EnvironmentName(tag: tag, name: name, version: origin.version, lock: origin.lock)
        }
        // Of an earlier Chidori, which kept what was built last alone.
        let version = environment.name == name && !environment.version.isEmpty ? environment.version : nil
        return EnvironmentName(tag: tag, name: name, version: version, lock: environment.lock)
    }

    private func releasedName(_ tag: String, of environment: StoredEnvironment) throws -> EnvironmentName? {
        guard let colon = tag.lastIndex(of: ":") else { return nil }
        let (name, released) = (String(tag[..<colon]), String(tag[tag.index(after: colon)...]))
        guard let dash = released.lastIndex(of: "-"),
            let release = try everReleased(name).first(where: { $0.tag == released }),
            release.image.environment == environment.id
        else { return nil }
        return EnvironmentName(
            tag: tag, name: name, version: String(released[..<dash]), lock: release.image.lock)
    }

    /// What an environment is by each of its tags, in their order.
    func names(of environment: StoredEnvironment, _ leases: [Lease]? = nil) throws -> [EnvironmentName] {
        let tags = try (leases ?? store.leases(of: environment.id)).compactMap { lease in
            if case .tag(let tag) = lease.holder { tag } else { nil }
        }
        return try tags.sorted().map { try name($0, of: environment) }
    }
}

extension StoredEnvironment {
    /// As it is by one of its names; as it was built last, if it has none.
    func known(as name: EnvironmentName?) -> StoredEnvironment {
        guard let name else { return self }
        var known = self
        (known.name, known.version, known.lock) = (name.name, name.version ?? "", name.lock)
        return known
    }
}

extension EnvironmentManifest {
    /// As it is by one of its names; as it was built last, if it has none.
    func known(as name: EnvironmentName?) -> EnvironmentManifest {
        guard let name else { return self }
        var known = self
        (known.name, known.version, known.lock) = (name.name, name.version, name.lock)
        return known
    }
}
