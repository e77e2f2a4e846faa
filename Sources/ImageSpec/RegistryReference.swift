public import Cryptography

/// An image, or a repository of images, at a registry: `HOST[:PORT]/NAME[:TAG][@sha256:…]`.
///
/// There is no default registry: a name without a host is refused, so that no image ever comes from where nobody meant.
public struct RegistryReference: Sendable, Hashable {
    /// `HOST[:PORT]`, in lower case, as credentials and mirrors are looked up by it.
    public let host: String
    /// OCI distribution-spec §pulling manifests, `<name>`: `team/features`.
    public let repository: String
    public var tag: String?
    /// Of the manifest or index. It counts where there is a tag too.
    public var digest: SHA256Digest?

    /// Reads `HOST[:PORT]/NAME[:TAG][@sha256:…]`, with or without `docker://` in front.
    ///
    /// - Throws: ``ImageSpecError`` (`badReference`) that names the part which is wrong.
    public init(_ text: String) throws {
        func refused(_ message: String, _ advice: String) -> ImageSpecError {
            ImageSpecError(.badReference, text, message, advice: advice)
        }
        var rest = Substring(text)
        if rest.hasPrefix(Self.scheme) { rest = rest.dropFirst(Self.scheme.count) }
        guard !Self.hasUser(rest) else {
            throw ImageSpecError(
                .badReference, Self.told(text), "has a user or password before the registry, where none is taken",
                advice:
                    "leave them out and sign in, as with `skopeo login HOST`: docs/reference/registries.md, Who asks")
        }
        if let at = rest.firstIndex(of: "@") {
            let written = rest[rest.index(after: at)...]
            guard let digest = SHA256Digest(prefixed: written), digest.prefixed == written else {
                throw refused(
                    "has the digest \(String(written).debugDescription), which is none",
                    "a digest is sha256: and 64 hexadecimal digits in lower case")
            }
            self.digest = digest
            rest = rest[..<at]
        }
        guard let slash = rest.firstIndex(of: "/"), Self.isHost(rest[..<slash]) else {
            throw refused(
                "names no registry",
                "write docker://HOST[:PORT]/NAME[:TAG]; the host has a dot or a port, or is localhost")
        }
        host = rest[..<slash].lowercased()
        guard Self.isAddress(Substring(host)) else {
            throw refused("has the host \(host.debugDescription), which is none", "write HOST or HOST:PORT")
        }
        rest = rest[rest.index(after: slash)...]
        if let colon = rest.lastIndex(of: ":") {
            let tag = rest[rest.index(after: colon)...]
            guard ImageReference.isTag(tag) else {
                throw refused(
                    "has the tag \(String(tag).debugDescription), which is none",
                    "a tag has up to 128 letters, digits and . _ - and starts with a letter, a digit or _")
            }
            self.tag = String(tag)
            rest = rest[..<colon]
        }
        guard Self.isRepository(rest), host.utf8.count + 1 + rest.utf8.count <= 255 else {
            throw refused(
                "has the name \(String(rest).debugDescription), which is none",
                "a name has words of lower-case letters and digits, joined by . _ __ - or /")
        }
        repository = String(rest)
    }

    /// A place at the same registry.
    ///
    /// - Throws: ``ImageSpecError`` (`badReference`) for a name that is none.
    public init(host: String, repository: String, tag: String? = nil, digest: SHA256Digest? = nil) throws {
        var made = try Self(
            "\(host)/\(repository)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0.prefixed)" } ?? "")")
        guard made.repository == repository, made.tag == tag else {
            throw ImageSpecError(.badReference, "\(host)/\(repository)", "is no name of a repository")
        }
        made.digest = digest
        self = made
    }

    /// What stands for an image where neither a tag nor a digest does.
    public static let defaultTag = "latest"
    static let scheme = "docker://"

    /// The last part of a manifest's URL: the digest if there is one, else the tag.
    public var name: String { digest?.prefixed ?? tag ?? Self.defaultTag }

    /// `HOST[:PORT]/NAME`, without tag and digest.
    public var place: String { "\(host)/\(repository)" }

    /// The same repository with another tag or digest.
    public func with(tag: String? = nil, digest: SHA256Digest? = nil) -> RegistryReference {
        var other = self
        (other.tag, other.digest) = (tag, digest)
        return other
    }

    /// What may be said of a text that should be a reference: without a user and password, which some write before the
    /// host: `docker://…@…`.
    public static func told(_ text: String) -> String {
        let start = [scheme, "docker:"].first { text.hasPrefix($0) } ?? ""
        return hasUser(text.dropFirst(start.count)) ? "\(start)…@…" : text
    }

    // MARK: - Parts

    /// Whether what stands before an `@` is no image, or what stands behind it is one.
    private static func hasUser(_ text: Substring) -> Bool {
        guard let at = text.firstIndex(of: "@") else { return false }
        return !text[..<at].contains("/") || text[at...].contains("/")
    }

    /// What cannot be the first word of a name alone: `python/x` would be a name, `localhost/x` has a host.
    private static func isHost(_ text: Substring) -> Bool {
        text.contains(".") || text.contains(":") || text.lowercased() == "localhost"
    }

    /// Labels of letters, digits and inner hyphens, or an IPv6 address in brackets; then a port.
    private static func isAddress(_ text: Substring) -> Bool {
        var name = text
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            let port = text[text.index(after: colon)...]
            guard port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = UInt16(port), number > 0 else {
                return false
            }
            name = text[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            let inner = name.dropFirst().dropLast()
            return inner.contains(":") && inner.utf8.allSatisfy { $0 == 0x3A || $0 == 0x2E || isHexadecimal($0) }
        }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let bytes = Array(label.utf8)
            guard let first = bytes.first, let last = bytes.last, isPlain(first), isPlain(last) else { return false }
            return bytes.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`: no `..`, no empty part.
    static func isRepository(_ text: Substring) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            let bytes = Array(part.utf8)
            guard let first = bytes.first, let last = bytes.last, isPlain(first), isPlain(last) else { return false }
            var joint = ""
            for byte in bytes {
                if isPlain(byte) {
                    guard ["", ".", "_", "__"].contains(joint) || joint.allSatisfy({ $0 == "-" }) else { return false }
                    joint = ""
                } else if ".-_".utf8.contains(byte) {
                    joint.append(Character(UnicodeScalar(byte)))
                } else {
                    return false
                }
            }
            return true
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x61...0x7A ~= byte
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte || 0x61...0x66 ~= byte }
}

extension RegistryReference: CustomStringConvertible {
    /// `HOST[:PORT]/NAME[:TAG][@sha256:…]`.
    public var description: String {
        place + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0.prefixed)" } ?? "")
    }
}
