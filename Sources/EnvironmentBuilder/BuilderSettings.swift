public import PythonPackaging
public import SupplyChain
public import SystemPackage

/// What a builder works with, as the command line or a server's configuration says.
public struct BuilderSettings: Sendable {
    /// The folder that holds everything Chidori keeps.
    public var data: FilePath
    /// Use nothing but the data folder and local disks.
    public var offline: Bool
    /// How much to do at once; the number of processors if `nil`.
    public var jobs: Int?
    /// The index in place of the machine's default one.
    public var indexURL: String?
    public var extraIndexURLs: [String]
    public var findLinks: [String]
    /// The Python in place of the recipe's.
    public var python: PythonVersion?
    /// The platforms in place of the recipe's.
    public var platforms: [TargetPlatform]
    /// What locks name as their writer: `chidori 0.1.0`.
    public var createdBy: String
    /// Whether inputs come from somebody who is not the machine's user, such as a server's submitters: they may name
    /// places of the network alone, get none of the user's credentials but those for the places that the user named,
    /// build nothing outside a sandbox, and what is kept of them is for the user's eyes.
    public var isForeign: Bool
    /// The registries' hosts that are spoken to in plain HTTP, `HOST[:PORT]`, beside those of `CHIDORI_PLAIN_HTTP`.
    public var plainHTTP: [String] = []
    /// A file of Docker's or Podman's form with registries' credentials, which is asked before the user's own.
    public var registryCredentials: FilePath?
    /// Which known vulnerabilities whoever keeps the data folder does not let through, whatever recipes say beyond it.
    public var audit = AuditPolicy()
    /// How many digits of an environment's id stand for it, at least.
    public var fewestDigits = 8

    public init(
        data: FilePath, offline: Bool = false, jobs: Int? = nil, indexURL: String? = nil,
        extraIndexURLs: [String] = [], findLinks: [String] = [], python: PythonVersion? = nil,
        platforms: [TargetPlatform] = [], createdBy: String = "chidori", isForeign: Bool = false
    ) {
        self.data = data
        self.offline = offline
        self.jobs = jobs
        self.indexURL = indexURL
        self.extraIndexURLs = extraIndexURLs
        self.findLinks = findLinks
        self.python = python
        self.platforms = platforms
        self.createdBy = createdBy
        self.isForeign = isForeign
    }
}
