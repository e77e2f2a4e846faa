internal import ContentStore
internal import ImageSpec

/// Where images went before: a base that was built here is at a registry once something on it was pushed there, and another
/// repository takes it from that one (OCI distribution-spec §mounting a blob from another repository).
extension EnvironmentBuilder {
    /// The repositories of a registry that are likely to have layers of the bases.
    ///
    /// - Parameter bases: what the bases are called; one that is at the registry itself is where it is.
    func likelyPlaces(of bases: [String], at host: String) throws -> [String] {
        let known = try store.records(kind: Self.pushedBases, keys: bases.map { Self.key($0, at: host) })
        var found: [String] = []
        for base in bases {
            if let place = try? RegistryReference(base), place.host == host { found.append(place.repository) }
            if let value = known[Self.key(base, at: host)] { found.append(String(decoding: value, as: UTF8.self)) }
        }
        return found
    }

    /// Notes where an image on these bases has gone. A note that is wrong later costs nothing: what a repository does not
    /// have is sent.
    func remember(_ bases: [String], in place: RegistryReference) throws {
        let value = Array(place.repository.utf8)
        let keys = bases.map { Self.key($0, at: place.host) }
        let known = try store.records(kind: Self.pushedBases, keys: keys)
        try store.setRecords(kind: Self.pushedBases, keys.filter { known[$0] != value }.map { ($0, value) })
    }

    private static func key(_ base: String, at host: String) -> String { "\(host)\n\(base)" }

    private static let pushedBases: RecordKind = "pushed-base.1"
}
