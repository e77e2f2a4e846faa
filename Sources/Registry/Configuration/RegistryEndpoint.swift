internal import ImageSpec
internal import Transfer

/// A repository at one place that serves it: the registry itself, where its configuration says it is, or a mirror.
struct RegistryEndpoint: Hashable, Sendable {
    /// How a host may be spoken to without TLS.
    enum PlainHTTP: Hashable, Sendable {
        case never
        /// The host is marked insecure: where nothing there speaks TLS.
        case withoutTLS
        /// The user named the host.
        case always
    }

    let reference: RegistryReference
    let plainHTTP: PlainHTTP
    let isMirror: Bool

    var host: String { reference.host }
    var repository: String { reference.repository }

    /// The same repository under another reference.
    func with(_ reference: RegistryReference) -> RegistryEndpoint {
        RegistryEndpoint(reference: reference, plainHTTP: plainHTTP, isMirror: isMirror)
    }
}

extension RegistriesConfiguration {
    /// Where images are read from: the mirrors in their order, then the place itself.
    ///
    /// - Parameter plainHosts: the hosts that the user named for plain HTTP, `HOST[:PORT]`.
    /// - Throws: ``RegistryError`` (`badConfiguration`) for a blocked registry, or one that leads nowhere.
    func endpoints(toRead reference: RegistryReference, plainHosts: Set<String>) throws -> [RegistryEndpoint] {
        guard let registry = try registry(for: reference) else { return [own(reference, plainHosts)] }
        let mirrors = registry.mirrors.filter { mirror in
            switch mirror.use {
            case .all: true
            case .digests: reference.digest != nil
            case .tags: reference.digest == nil
            }
        }
        return try mirrors.map {
            try endpoint(reference, registry, $0.location, insecure: $0.isInsecure, plainHosts, isMirror: true)
        } + [
            try endpoint(
                reference, registry, registry.location, insecure: registry.isInsecure, plainHosts, isMirror: false)
        ]
    }

    /// Where images are written to: never a mirror.
    func endpoint(toWrite reference: RegistryReference, plainHosts: Set<String>) throws -> RegistryEndpoint {
        guard let registry = try registry(for: reference) else { return own(reference, plainHosts) }
        return try endpoint(
            reference, registry, registry.location, insecure: registry.isInsecure, plainHosts, isMirror: false)
    }

    private func own(_ reference: RegistryReference, _ plainHosts: Set<String>) -> RegistryEndpoint {
        RegistryEndpoint(
            reference: reference, plainHTTP: plainHosts.contains(reference.host) ? .always : .never, isMirror: false)
    }

    private func endpoint(
        _ reference: RegistryReference, _ registry: Registry, _ location: String, insecure: Bool,
        _ plainHosts: Set<String>, isMirror: Bool
    ) throws -> RegistryEndpoint {
        var place = reference
        if !location.isEmpty, location != registry.prefix {
            let rest: Substring
            if registry.prefix.hasPrefix("*.") {
                rest = reference.place.dropFirst(reference.host.count)
            } else {
                rest = reference.place.dropFirst(registry.prefix.count)
            }
            do {
                place = try RegistryReference(location + rest).with(tag: reference.tag, digest: reference.digest)
            } catch let error as ImageSpecError {
                throw RegistryError(
                    .badConfiguration, registry.prefix,
                    "is said to be at \(location), which is no place: it \(error.message)",
                    advice: "mend it in registries.conf: HOST[:PORT][/NAME]", cause: error)
            }
        }
        return RegistryEndpoint(
            reference: place,
            plainHTTP: plainHosts.contains(place.host) ? .always : insecure ? .withoutTLS : .never, isMirror: isMirror)
    }

    /// The registry with the longest prefix of a reference.
    private func registry(for reference: RegistryReference) throws -> Registry? {
        let best = registries.filter { $0.matches(reference) }.max { $0.prefix.utf8.count < $1.prefix.utf8.count }
        if let best, best.isBlocked {
            throw RegistryError(
                .badConfiguration, reference.description, "is blocked by registries.conf (`\(best.prefix)`)",
                advice: "take an image from elsewhere, or take the block away")
        }
        return best
    }
}

extension RegistriesConfiguration.Registry {
    fileprivate func matches(_ reference: RegistryReference) -> Bool {
        if prefix.hasPrefix("*.") { return reference.host.prefix { $0 != ":" }.hasSuffix(prefix.dropFirst()) }
        guard reference.place.hasPrefix(prefix) else { return false }
        let next = reference.place.dropFirst(prefix.count).first
        return next == nil || next == "/"
    }
}
