public import ImageSpec
public import SystemPackage

/// What a recipe's `base` or `--base` names.
public enum BaseReference: Sendable, Hashable, CustomStringConvertible {
    /// `oci:FOLDER[:TAG]`: an image in an OCI image layout.
    case layout(FilePath, tag: String?)
    /// `docker://HOST[:PORT]/NAME[:TAG][@sha256:…]`: an image at a registry.
    case registry(RegistryReference)
    /// A file system built from Debian packages: the path of its lock, or of the definition beside it.
    case file(FilePath)
    /// The name of a base that ships with recipes: `base-images/NAME.lock.toml` in a folder that is searched.
    case named(String)

    /// - Parameters:
    ///   - text: as written in a recipe or on the command line.
    ///   - folder: what a relative path starts from: the recipe's folder, or the current one.
    /// - Throws: ``BaseError/Code/registry`` for what only a registry could serve, and does not name one.
    public init(_ text: String, relativeTo folder: FilePath) throws {
        if let rest = text.dropping(prefix: "oci:") {
            let (path, tag) = Self.splitTag(rest)
            guard !path.isEmpty else {
                throw BaseError(.notFound, text, "names no folder", advice: "write oci:FOLDER or oci:FOLDER:TAG")
            }
            self = .layout(folder.pushing(FilePath(path)), tag: tag)
        } else if text.hasPrefix("docker:") {
            do {
                self = .registry(try RegistryReference(text))
            } catch let error as ImageSpecError {
                throw BaseError(.registry, error.subject, error.message, advice: error.advice, cause: error)
            }
        } else if text.hasSuffix(".lock.toml") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
            self = .file(folder.pushing(FilePath(text)))
        } else if Self.isName(text) {
            self = .named(text)
        } else {
            let isWhole = (try? RegistryReference(text)) != nil
            throw BaseError(
                .registry, RegistryReference.told(text), "names neither a file nor an image at a registry",
                advice: isWhole
                    ? "write docker://\(text)"
                    : "write docker://HOST[:PORT]/NAME[:TAG], oci:FOLDER[:TAG], or a name of base-images/")
        }
    }

    public var description: String {
        switch self {
        case .layout(let folder, let tag): tag.map { "oci:\(folder):\($0)" } ?? "oci:\(folder)"
        case .registry(let reference): "docker://\(reference)"
        case .file(let path): path.string
        case .named(let name): name
        }
    }

    /// Lower-case letters, digits, dots and hyphens: no slash and no colon, which registry references have.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// A tag is what follows the last colon, if no slash does.
    private static func splitTag(_ text: Substring) -> (path: String, tag: String?) {
        guard let colon = text.lastIndex(of: ":") else { return (String(text), nil) }
        let tag = text[text.index(after: colon)...]
        guard !tag.isEmpty, !tag.contains("/") else { return (String(text), nil) }
        return (String(text[..<colon]), String(tag))
    }
}

extension String {
    fileprivate func dropping(prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
