public import Cryptography

/// An environment that the store knows: what was built, and from what.
public struct StoredEnvironment: Hashable, Sendable {
    /// The environment id.
    public let id: SHA256Digest
    /// The recipe's name and version.
    public var name: String
    public var version: String
    /// The Python it is for, as the recipe's lock says it: `"3.11"`.
    public var python: String
    /// The target platform: `"linux-x86_64-glibc-2.36"`.
    public var platform: String
    /// The digest of the lock it was built from.
    public var lock: SHA256Digest
    /// When it was first built, in seconds since 1970.
    public var created: Int64

    public init(
        id: SHA256Digest, name: String, version: String, python: String, platform: String, lock: SHA256Digest,
        created: Int64
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.python = python
        self.platform = platform
        self.lock = lock
        self.created = created
    }
}
