internal import Cryptography

/// What a path under `/v2/` asks for (OCI distribution-spec, "Endpoints").
enum RegistryRequest: Equatable {
    /// Whether this is a registry.
    case support
    case catalog
    case tags(repository: String)
    case manifest(repository: String, reference: Reference)
    case blob(repository: String, digest: Digest)
    case referrers(repository: String, subject: Digest)
    /// What only a registry that is written to has.
    case upload

    /// A tag or a digest.
    enum Reference: Equatable {
        case tag(String)
        case digest(Digest)
    }

    /// A digest in its form. Those of other algorithms are in order, and stand for nothing here.
    enum Digest: Equatable {
        case sha256(SHA256Digest)
        case other

        /// - Throws: ``DistributionError`` (`digestInvalid`).
        init(_ text: String) throws {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let isDigest =
                parts.count == 2 && text.utf8.count <= 512 && isRepeated(parts[0], joined: "+._-", of: isAlphanumeric)
                && !parts[1].isEmpty && parts[1].utf8.allSatisfy { isAlphanumeric($0) || "=_-".utf8.contains($0) }
            guard isDigest else { throw DistributionError.badDigest(text) }
            guard parts[0] == "sha256" else {
                self = .other
                return
            }
            let isLowercase = !parts[1].utf8.contains { (0x41...0x5A).contains($0) }
            guard isLowercase, let digest = SHA256Digest(hex: parts[1]) else { throw DistributionError.badDigest(text) }
            self = .sha256(digest)
        }

        var sha256: SHA256Digest? {
            if case .sha256(let digest) = self { digest } else { nil }
        }
    }

    /// - Parameter segments: the path's, decoded, those behind `v2`.
    /// - Throws: ``DistributionError`` for what is no path of a registry, or names what cannot be a name.
    init(_ segments: some BidirectionalCollection<String>) throws {
        let segments = Array(segments)
        switch segments.count {
        case 0:
            self = .support
            return
        case 1 where segments[0] == "_catalog":
            self = .catalog
            return
        case 3...: break
        default: throw DistributionError.noPath
        }
        let (last, word) = (segments[segments.count - 1], segments[segments.count - 2])
        let rest = segments.dropLast(2)
        if rest.last == "blobs", word == "uploads" {
            self = .upload
            return
        }
        switch word {
        case "blobs" where last == "uploads": self = .upload
        case "tags" where last == "list": self = .tags(repository: try Self.repository(rest))
        case "manifests":
            let repository = try Self.repository(rest)
            self = .manifest(
                repository: repository, reference: last.contains(":") ? .digest(try Digest(last)) : .tag(last))
        case "blobs": self = .blob(repository: try Self.repository(rest), digest: try Digest(last))
        case "referrers": self = .referrers(repository: try Self.repository(rest), subject: try Digest(last))
        default: throw DistributionError.noPath
        }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` between slashes, 255 characters at most.
    private static func repository(_ parts: some Collection<String>) throws -> String {
        let name = parts.joined(separator: "/")
        guard !parts.isEmpty, name.utf8.count <= 255, parts.allSatisfy(isComponent) else {
            throw DistributionError.badName(name)
        }
        return name
    }

    private static func isComponent(_ text: String) -> Bool {
        isRepeated(text, joined: nil) { isAlphanumeric($0) && !(0x41...0x5A).contains($0) }
    }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
}

/// Whether a text is words with something between each two.
///
/// - Parameter separators: characters of which one is between; `nil` for what is between the words of a repository's
///   name: one `.`, one or two `_`, any number of `-`.
private func isRepeated(
    _ text: some StringProtocol, joined separators: String?, of isLetter: (UInt8) -> Bool
) -> Bool {
    var between: [UInt8] = []
    var isBegun = false
    for byte in text.utf8 {
        if isLetter(byte) {
            isBegun = true
            between = []
            continue
        }
        guard isBegun else { return false }
        between.append(byte)
        if let separators {
            guard between.count == 1, separators.utf8.contains(byte) else { return false }
        } else {
            let isSeparator =
                between == [UInt8(ascii: ".")] || between == [UInt8(ascii: "_")] || between == Array("__".utf8)
                || between.allSatisfy { $0 == UInt8(ascii: "-") }
            guard isSeparator else { return false }
        }
    }
    return isBegun && between.isEmpty
}
