public import Cryptography

/// Exactly what a base image is made of: `base-images/NAME.lock.toml`.
///
/// Every package is named by its file's digest, and no archive is named: the files come from the store, or from whatever
/// sources the machine has. The same lock gives the same image, byte for byte.
public struct BaseLock: Sendable, Equatable {
    /// Raised when the way a base is built changes its bytes.
    static let format = 1

    public var name: String
    /// The suites that were locked, to find the files again.
    public var suites: [String]
    public var components: [String]
    public var exclude: [String]
    public var include: [String]
    public var python: String
    public var environment: [String: String]
    public var labels: [String: String]
    /// One part for each architecture, sorted by its name.
    public var parts: [Part]

    /// The packages of one architecture.
    public struct Part: Sendable, Equatable {
        public var architecture: DebianArchitecture
        /// Seconds since 1970: the newest of the archives' dates when it was locked. No file in the image is younger.
        public var epoch: Int64
        /// Sorted by name.
        public var packages: [DebianPackage]
    }

    /// The part for an architecture.
    /// - Throws: ``BaseError/Code/platform`` if there is none.
    public func part(_ architecture: DebianArchitecture) throws -> Part {
        guard let part = parts.first(where: { $0.architecture == architecture }) else {
            throw BaseError(
                .platform, name, "is not locked for \(architecture.rawValue)",
                advice:
                    "it has \(parts.map(\.architecture.rawValue).joined(separator: ", ")); add the architecture to the definition and lock it again"
            )
        }
        return part
    }

    /// What one architecture's image depends on, and nothing else: the key under which a built base is kept.
    public func digest(_ architecture: DebianArchitecture) throws -> SHA256Digest {
        let part = try part(architecture)
        var lines = ["chidori base \(Self.format)", "architecture \(architecture.rawValue)", "epoch \(part.epoch)"]
        lines += ["name \(name)", "python \(python)"]
        lines += exclude.map { "exclude \($0)" } + include.map { "include \($0)" }
        lines += environment.sorted { $0.key < $1.key }.map { "environment \($0.key)=\($0.value)" }
        lines += labels.sorted { $0.key < $1.key }.map { "label \($0.key)=\($0.value)" }
        lines += part.packages.map { "package \($0.name) \($0.version) \($0.architecture) \($0.digest.hex)" }
        return SHA256Digest(of: Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// One `.deb` file of a lock.
public struct DebianPackage: Sendable, Hashable {
    public var name: String
    /// With its epoch, as apt writes it: `1:1.2.13.dfsg-1`.
    public var version: String
    /// `all`, or the architecture.
    public var architecture: String
    /// The file's name in the archive's pool.
    public var file: String
    /// In bytes.
    public var size: UInt64
    public var digest: SHA256Digest
}
