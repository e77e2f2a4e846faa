internal import Glibc
public import JobModel
public import Supervision
public import SystemPackage

/// How drivers run on this machine.
public struct LocalProviderSettings: Sendable {
    /// Where attempts have their folders: `DATA/logs`, below it `JOB/GROUP.INDEX.NUMBER`.
    public var folder: FilePath
    /// Where the provider keeps what outlives attempts: `DATA/local`.
    public var records: FilePath
    /// What drivers and executors may take together; what the machine has, without a part for itself, if `nil`.
    public var allocatable: Resources?
    /// How much of what a driver prints is kept.
    public var log = LogLimits()
    /// Users for the drivers of tenants. Without them, or where this process is not root's, there is one tenant.
    public var users: UserRange?
    /// The tenant whose drivers run as this process's own user even where others have users of their own.
    public var ownTenant: String?
    /// Variables that every driver gets: those of this process that say where things are on this machine.
    public var variables: [String: String]
    /// What jobs may mount, by name: folders of this machine, which drivers see where they are. `TENANT/NAME` is what
    /// that tenant's jobs alone mean by the name.
    public var volumes: [String: FilePath] = [:]
    /// What jobs may be given to authenticate with, by name: files, of which a driver gets copies. `TENANT/NAME` is what
    /// that tenant's jobs alone mean by the name.
    public var credentials: [String: FilePath] = [:]
    /// From which Spark's pages get their ports.
    public var ports: ClosedRange<UInt16> = 24_040...26_039
    /// How shims are started.
    public var launcher = Launcher()

    /// Users of the system that belong to nobody else, each with a group of the same number.
    public struct UserRange: Sendable, Hashable {
        public var first: UInt32
        public var count: UInt32

        public init(first: UInt32 = 200_000, count: UInt32 = 10_000) {
            self.first = first
            self.count = count
        }
    }

    public init(folder: FilePath, records: FilePath) {
        self.folder = folder
        self.records = records
        variables = [:]
        for name in Self.machineVariables {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
    }

    /// What a tenant's jobs mean by a name: its own, else everybody's.
    static func place(_ name: String, of tenant: String, in places: [String: FilePath]) -> FilePath? {
        places["\(tenant)/\(name)"] ?? places[name]
    }

    /// What a tenant's jobs may name, in order.
    static func names(for tenant: String, in places: [String: FilePath]) -> [String] {
        Set(
            places.keys.compactMap { key in
                guard let slash = key.lastIndex(of: "/") else { return key }
                return key[..<slash] == tenant ? String(key[key.index(after: slash)...]) : nil
            }
        ).sorted()
    }

    /// Nothing of these is a secret's place, and a program finds its way worse without them.
    private static let machineVariables = [
        "CUDA_VISIBLE_DEVICES", "HTTPS_PROXY", "HTTP_PROXY", "JAVA_HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH",
        "NO_PROXY", "NVIDIA_VISIBLE_DEVICES", "PATH", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE", "TZ",
        "http_proxy", "https_proxy", "no_proxy",
    ]
}
