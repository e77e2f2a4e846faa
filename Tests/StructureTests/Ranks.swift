/// Which target may import which: the rooms of the house, lowest first.
enum Rank: Int, CaseIterable {
    /// System libraries, and C of our own.
    case c
    /// What any room may lean on.
    case base
    /// One C library each, or the system.
    case tools
    /// No input or output.
    case pure
    case services
    /// Protocols that the core asks things of.
    case ports
    /// What answers them.
    case adapters
    case engine
    /// What others talk to.
    case edges
    case executable

    static let targets: [Rank: [String]] = [
        .c: ["CArchive", "CCurl", "CISAL", "CLinux", "COpenSSL", "CProcesses", "CSHA256", "CZstd"],
        .base: ["Diagnostics", "Documents", "JSONDocument", "Workers"],
        .tools: ["Archive", "Cryptography", "FileSystem", "SQLite", "Subprocesses", "Transfer"],
        .pure: [
            "ImageSpec", "JobAPI", "JobModel", "MavenPackaging", "Preflight", "PubGrub", "PythonPackaging",
            "Recipes", "Scheduling", "SupplyChain",
        ],
        .services: [
            "Advisories", "BaseImages", "ContentStore", "JobStore", "Layers", "MavenResolver", "Publishing",
            "PythonIndex", "PythonResolver", "Registry", "SourceBuilds", "Supervision", "Units",
        ],
        .ports: ["DriverProvider", "EnvironmentSupply", "JobQueue"],
        .adapters: ["LocalProvider", "SQLiteQueue"],
        .engine: ["BuildService", "EnvironmentBuilder", "JobEngine", "Simulation"],
        .edges: ["ChidoriClient", "HTTPServer"],
        .executable: ["chidori"],
    ]

    /// Imports between targets of one rank. Each is a decision; together they have no cycle.
    static let sideways: [String: Set<String>] = [
        "Documents": ["Diagnostics", "JSONDocument"],
        "Transfer": ["Cryptography", "FileSystem"],
        "JobAPI": ["JobModel"],
        "Preflight": ["MavenPackaging"],
        "Scheduling": ["JobModel"],
        "Simulation": ["JobEngine"],
        "BuildService": ["EnvironmentBuilder"],
        "Recipes": ["PythonPackaging", "MavenPackaging"],
        "SupplyChain": ["ImageSpec", "MavenPackaging", "PythonPackaging", "Recipes"],
        "PythonIndex": ["ContentStore"],
        "MavenResolver": ["ContentStore"],
        "PythonResolver": ["PythonIndex", "ContentStore"],
        "Units": ["ContentStore"],
        "Layers": ["Units", "ContentStore"],
        "Publishing": ["Units", "ContentStore"],
        "BaseImages": ["ContentStore"],
        "Registry": ["ContentStore"],
        "SourceBuilds": ["ContentStore"],
    ]

    /// C libraries that come with a package, and so are no targets of ours.
    static let foreignCLibraries: Set<String> = ["GRDBSQLite"]

    /// What comes with Swift and with the system.
    static let platformModules: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization", "Testing",
    ]

    static func of(_ target: String) -> Rank? {
        targets.first { $0.value.contains(target) }?.key
    }
}
