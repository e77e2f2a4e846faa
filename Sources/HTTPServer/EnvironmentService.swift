public import Cryptography
public import JobAPI
public import SystemPackage

/// What the server asks of whoever makes environments. One build serves any number of askers.
public protocol EnvironmentService: Sendable {
    /// Begins to make an environment ready, or joins the build that is under way. The order is durable on return.
    ///
    /// - Parameters:
    ///   - asker: `TENANT/USER`.
    ///   - tenant: whose volumes it may be delivered to.
    /// - Throws: a `Diagnostic` where the recipe or lock is wrong; a `Problem` (403) where it may not be delivered there.
    func make(_ order: EnvironmentOrder, for asker: String, of tenant: String) async throws -> BuildReport

    /// The builds that are remembered, the newest first.
    func builds() async throws -> [BuildReport]

    /// A build; `nil` if there is none of this id.
    func build(_ id: String) async throws -> BuildReport?

    /// What has happened in a build so far; `nil` if there is none of this id.
    func steps(of build: String) async throws -> BuildSteps?

    /// What the build of a source has printed; `nil` if nothing was kept of one of this name.
    func log(ofSource name: String, of build: String) async throws -> [UInt8]?

    /// An archive that a build has made; `nil` if there is none of this format.
    ///
    /// - Parameter format: `tar.gz` or `zip`.
    func archive(_ format: String, of build: String) async throws -> ServedArchive?

    /// What happens in a build, from its beginning to its end, and how far its stages come.
    func events(of build: String) async throws -> AsyncStream<BuildStep>

    /// Takes back what somebody has asked for; a build that nobody wants any more ends.
    ///
    /// - Parameter isForced: whether it ends whoever else wants it.
    /// - Returns: `nil` if there is none of this id.
    func cancel(_ build: String, by asker: String, isForced: Bool) async throws -> BuildReport?

    /// What there is.
    func environments() async throws -> [KnownEnvironment]

    /// What `NAME[:VERSION]` or an id stands for; `nil` if nothing.
    func environment(_ reference: String) async throws -> KnownEnvironment?

    /// Which environments contain something.
    ///
    /// - Parameter namedAlone: whether those that have no name are left out.
    /// - Throws: a `Diagnostic` where what is looked for cannot be understood.
    func impact(of query: ImpactQuery, namedAlone: Bool) async throws -> KnownImpact

    /// Removes an environment, and what only it used.
    ///
    /// - Returns: `nil` if there is none of this name or id.
    /// - Throws: a `Diagnostic` where somebody uses it.
    func remove(_ reference: String, isForced: Bool) async throws -> KnownEnvironment?
}

/// A file that a build has made.
public struct ServedArchive: Sendable {
    public let path: FilePath
    public let digest: SHA256Digest
    /// What it may be called elsewhere: ASCII, without quotes.
    public let fileName: String

    public init(path: FilePath, digest: SHA256Digest, fileName: String) {
        self.path = path
        self.digest = digest
        self.fileName = fileName
    }
}
