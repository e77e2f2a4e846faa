/// Where an image is to be written or read, as skopeo writes it: `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]` or
/// `docker://HOST[:PORT]/NAME[:TAG][@sha256:…]`.
public enum ImageReference: Sendable, Hashable {
    /// A folder in the image layout; without a tag the image is the only one, or untagged.
    case layout(path: String, tag: String?)
    /// A tar of such a folder.
    case archive(path: String, tag: String?)
    /// At a registry; without a tag the image is `latest`.
    case registry(RegistryReference)

    /// Throws `badReference` for anything else, with what was probably meant.
    public init(_ text: String) throws {
        for (scheme, make) in [("oci:", Self.layout), ("oci-archive:", Self.archive)] where text.hasPrefix(scheme) {
            let (path, tag) = try Self.split(text.dropFirst(scheme.utf8.count), of: text)
            self = make(path, tag)
            return
        }
        if text.hasPrefix(RegistryReference.scheme) {
            self = .registry(try RegistryReference(text))
            return
        }
        let kind = text.prefix { $0 != ":" }
        switch kind {
        case "docker":
            throw ImageSpecError(
                .badReference, RegistryReference.told(text), "is no image reference",
                advice: "write docker://HOST[:PORT]/NAME[:TAG]")
        case "docker-daemon", "containers-storage", "docker-archive", "dir":
            throw ImageSpecError(
                .badReference, text, "is a reference of the kind \(kind):, which belongs to another program",
                advice: "write oci:DIR:TAG and copy it with `skopeo copy oci:DIR:TAG \(text)`")
        default:
            throw ImageSpecError(
                .badReference, RegistryReference.told(text), "is no image reference",
                advice: "write oci:DIR[:TAG] for a folder, oci-archive:FILE[:TAG] for one file, or "
                    + "docker://HOST[:PORT]/NAME[:TAG] for a registry")
        }
    }

    /// The path as given, relative to the working folder; `nil` for an image at a registry.
    public var path: String? {
        switch self {
        case .layout(let path, _), .archive(let path, _): path
        case .registry: nil
        }
    }

    public var tag: String? {
        switch self {
        case .layout(_, let tag), .archive(_, let tag): tag
        case .registry(let reference): reference.tag
        }
    }

    private static func split(_ rest: Substring, of text: String) throws -> (path: String, tag: String?) {
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, !path.isEmpty else {
            throw ImageSpecError(.badReference, text, "names no path", advice: "write oci:DIR[:TAG]")
        }
        guard parts.count == 2 else { return (String(path), nil) }
        let tag = parts[1]
        guard isTag(tag) else {
            throw ImageSpecError(
                .badReference, text, "has the tag \(String(tag).debugDescription), which is none",
                advice: "a tag has up to 128 letters, digits and . _ - and starts with a letter, a digit or _")
        }
        return (String(path), String(tag))
    }

    /// OCI distribution-spec §pulling manifests: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    static func isTag(_ tag: Substring) -> Bool {
        let bytes = Array(tag.utf8)
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard let first = bytes.first, bytes.count <= 128, isWord(first) else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }
}

extension ImageReference: CustomStringConvertible {
    public var description: String {
        let tail = tag.map { ":\($0)" } ?? ""
        return switch self {
        case .layout(let path, _): "oci:\(path)\(tail)"
        case .archive(let path, _): "oci-archive:\(path)\(tail)"
        case .registry(let reference): "\(RegistryReference.scheme)\(reference)"
        }
    }
}
