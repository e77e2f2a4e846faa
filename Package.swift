// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, lowest rank first. A target imports targets of a lower rank, or of its own rank where the
// list in Tests/StructureTests/Ranks.swift says so; a test reads this manifest and holds that.

let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// How the released program is linked, so that it starts in a third of the time (docs/decisions, "The program is linked
/// to start fast"): at a fixed address, and with the archives of the libraries that every command needs.
let startingFast: LinkerSetting = .unsafeFlags(
    [
        "-use-ld=lld", "-Xclang-linker", "-no-pie", "-Xclang-linker", "-static-libgcc",
        "-L\(Context.packageDirectory)/Linking",
    ],
    .when(configuration: .release))

func module(_ name: String, _ dependencies: [Target.Dependency] = [], linking libraries: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: common,
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: path, swiftSettings: common)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let server: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "HTTPTypes", package: "swift-http-types"), logging,
]

let package = Package(
    name: "chidori",
    products: [.executable(name: "chidori", targets: ["chidori"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // The server's connections: only the core, whose parts the program needs; no configuration system, no Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    ],
    targets: [
        // C: system libraries, each imported by one Swift target.
        // libcurl and libarchive are loaded at run time, not linked (docs/decisions).
        .systemLibrary(name: "CArchive"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CISAL"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CZstd"),

        // C of our own. Always optimised: hashing is most of the work there is, in the tests too.
        .target(name: "CSHA256", cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "CProcesses"),

        // Tools.
        module("Diagnostics"),
        module("JSONDocument"),
        module("Documents", ["Diagnostics", "JSONDocument", "Yams"]),
        module("Workers"),
        module("Cryptography", ["COpenSSL", "CSHA256"], linking: ["crypto"]),
        module("FileSystem", ["CLinux", system]),
        module("SQLite", [grdb, sqlite]),
        module("Subprocesses", ["Diagnostics", system]),
        module("Archive", ["CArchive", "CISAL", "CZstd", "Diagnostics", system], linking: ["isal", "zstd"]),
        module("Transfer", ["CCurl", "Diagnostics", "Cryptography", "FileSystem", "Workers", system]),

        // Pure.
        module("PubGrub"),
        module("PythonPackaging", ["Diagnostics", "Cryptography"]),
        module("MavenPackaging", ["Diagnostics"]),
        module("ImageSpec", ["Diagnostics", "JSONDocument", "Cryptography"]),
        module("Preflight", ["Diagnostics", "MavenPackaging"]),
        module(
            "Recipes",
            ["Diagnostics", "Documents", "JSONDocument", "Cryptography", "PythonPackaging", "MavenPackaging"]),

        module(
            "SupplyChain",
            [
                "Diagnostics", "JSONDocument", "Cryptography", "PythonPackaging", "MavenPackaging", "ImageSpec",
                "Recipes",
            ]),

        module("JobModel", ["Diagnostics", "Documents", "JSONDocument"]),
        module("Scheduling", ["JobModel"]),
        module("JobAPI", ["Documents", "JobModel"]),

        // Services.
        module(
            "ContentStore", ["Diagnostics", "Cryptography", "FileSystem", "SQLite", "Workers", grdb, system]),
        module("Advisories", ["Archive", "FileSystem", "SQLite", "SupplyChain", grdb, system]),
        module(
            "PythonIndex",
            [
                "Diagnostics", "Cryptography", "Workers", "Archive", "Transfer", "Subprocesses", "PythonPackaging",
                "FileSystem", "ContentStore", system,
            ]),
        module(
            "PythonResolver",
            [
                "Diagnostics", "Workers", "Cryptography", "PubGrub", "PythonPackaging", "PythonIndex", "Recipes",
                "ContentStore",
            ]),
        module(
            "MavenResolver",
            [
                "Diagnostics", "Workers", "Cryptography", "FileSystem", "Archive", "Transfer", "MavenPackaging",
                "ContentStore", system,
            ]),
        module(
            "Units",
            [
                "Diagnostics", "Cryptography", "Workers", "Archive", "Subprocesses", "PythonPackaging", "FileSystem",
                "ContentStore",
                system,
            ]),
        module(
            "Layers",
            [
                "Diagnostics", "Cryptography", "Workers", "Archive", "ImageSpec", "FileSystem", "ContentStore", "Units",
                system,
            ]),
        module(
            "Publishing",
            [
                "Diagnostics", "JSONDocument", "Cryptography", "FileSystem", "Workers", "PythonPackaging",
                "ContentStore", "Units", system,
            ]),
        module(
            "BaseImages",
            [
                "Diagnostics", "Cryptography", "Archive", "Subprocesses", "ImageSpec", "Recipes", "FileSystem",
                "ContentStore",
                system,
            ]),

        module(
            "Registry",
            [
                "Diagnostics", "Documents", "JSONDocument", "Cryptography", "Workers", "FileSystem", "Subprocesses",
                "Transfer", "ImageSpec", "Recipes", "ContentStore", system,
            ]),

        module(
            "SourceBuilds",
            [
                "Diagnostics", "JSONDocument", "Cryptography", "Workers", "Archive", "Subprocesses", "PythonPackaging",
                "Recipes", "FileSystem", "ContentStore", system,
            ]),

        module("Supervision", ["Diagnostics", "JSONDocument", "CProcesses", "FileSystem", "JobModel", system]),
        module(
            "JobStore",
            [
                "Diagnostics", "Documents", "JSONDocument", "Workers", "Cryptography", "FileSystem", "SQLite",
                "JobModel",
                grdb, system,
            ]),

        // Ports: what the core asks of queues, of places where drivers run, and of environments.
        module("JobQueue", ["Diagnostics", "JobModel"]),
        module("DriverProvider", ["Diagnostics", "JobModel"]),
        module("EnvironmentSupply", ["Diagnostics", "JobModel"]),

        // What answers them.
        module("SQLiteQueue", ["JobModel", "JobQueue", "JobStore"]),
        module(
            "LocalProvider",
            [
                "Diagnostics", "JSONDocument", "Workers", "FileSystem", "Transfer", "JobModel", "Supervision",
                "DriverProvider", system,
            ]),

        // Engine.
        // Engines.
        module(
            "JobEngine",
            [
                "Diagnostics", "Documents", "JSONDocument", "JobModel", "Scheduling", "JobStore", "JobQueue",
                "DriverProvider", "EnvironmentSupply", "Cryptography", "FileSystem", "Workers", logging, system,
            ]),
        module(
            "BuildService",
            [
                "Diagnostics", "Documents", "JSONDocument", "Cryptography", "FileSystem", "Workers", "PythonPackaging",
                "ImageSpec", "Recipes", "ContentStore", "Publishing", "JobModel", "EnvironmentSupply",
                "EnvironmentBuilder", "SupplyChain", "Advisories", system,
            ]),
        module(
            "Simulation",
            ["JobModel", "Scheduling", "JobQueue", "DriverProvider", "EnvironmentSupply", "JobEngine"]),
        module(
            "EnvironmentBuilder",
            [
                "Diagnostics", "JSONDocument", "Cryptography", "Archive", "Workers", "Transfer", "FileSystem",
                "Subprocesses", "PythonPackaging",
                "ImageSpec", "Preflight", "Recipes", "ContentStore", "PythonIndex", "PythonResolver", "Units", "Layers",
                "Publishing", "SourceBuilds", "MavenPackaging", "MavenResolver",
                "BaseImages", "Registry", "SupplyChain", "Advisories", system,
            ]),

        // Edges.
        module(
            "HTTPServer",
            [
                "Diagnostics", "Documents", "JSONDocument", "Cryptography", "FileSystem", "JobModel", "JobAPI",
                "JobStore", "JobEngine", "DriverProvider", system,
            ] + server),

        module(
            "ChidoriClient",
            [
                "Diagnostics", "Documents", "JSONDocument", "Cryptography", "JobModel", "JobAPI", "Transfer", system,
            ]),

        // The command line.
        .executableTarget(
            name: "chidori",
            dependencies: [
                "Diagnostics", "Documents", "JSONDocument", "Workers", "Cryptography", "FileSystem", "Subprocesses",
                "PythonPackaging", "ImageSpec", "Preflight", "Recipes", "JobModel", "Scheduling", "JobAPI",
                "ContentStore",
                "PythonResolver", "MavenPackaging", "Publishing", "BaseImages", "Registry", "Supervision", "JobStore",
                "DriverProvider", "EnvironmentSupply", "SQLiteQueue", "LocalProvider", "EnvironmentBuilder",
                "BuildService", "JobEngine", "Simulation", "HTTPServer", "Transfer", "ChidoriClient", "SupplyChain",
                "Advisories", arguments,
                logging,
                system,
            ],
            swiftSettings: common, linkerSettings: [startingFast]),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Cryptography", "Archive", "JobModel", system],
            path: "Tests/TestSupport",
            swiftSettings: common),
        .executableTarget(
            name: "StoreProbe", dependencies: ["ContentStore", "Cryptography", system], path: "Tests/StoreProbe",
            swiftSettings: common),
        .executableTarget(
            name: "ProgramProbe", dependencies: ["Subprocesses", "Workers", system], path: "Tests/ProgramProbe",
            swiftSettings: common),
        .executableTarget(
            name: "SupervisionProbe", dependencies: ["Supervision", system], path: "Tests/SupervisionProbe",
            swiftSettings: common),
        .executableTarget(
            name: "JobStoreProbe",
            dependencies: ["JobModel", "JobQueue", "JobStore", "JobSupport", "SQLiteQueue", grdb, system],
            path: "Tests/JobStoreProbe", swiftSettings: common),
        .target(
            name: "JobSupport", dependencies: ["JobModel", "JobQueue", "JobStore"],
            path: "Tests/JobSupport", swiftSettings: common),
        .target(
            name: "Contracts", dependencies: ["DriverProvider", "JobModel"], path: "Tests/Contracts",
            swiftSettings: common),
        .target(
            name: "ServerSupport",
            dependencies: [
                "Cryptography", "DriverProvider", "HTTPServer", "JSONDocument", "JobAPI", "JobModel", "JobStore",
                "TestSupport", "Workers", system,
            ], path: "Tests/ServerSupport", swiftSettings: common),
        tests("StructureTests", ["TestSupport", system]),
        tests("DiagnosticsTests", ["Diagnostics"]),
        tests("JSONDocumentTests", ["JSONDocument"]),
        tests("DocumentsTests", ["Documents", "Diagnostics", "JSONDocument"]),
        tests("WorkersTests", ["Workers"]),
        tests("CryptographyTests", ["Cryptography"]),
        tests("FileSystemTests", ["FileSystem", "TestSupport", system]),
        tests("SubprocessesTests", ["Subprocesses", "Workers", "ProgramProbe", "TestSupport", system]),
        tests("ArchiveTests", ["Archive", "Cryptography", "TestSupport", system]),
        tests("TransferTests", ["Transfer", "Diagnostics", "Cryptography", "TestSupport", system]),
        tests("PubGrubTests", ["PubGrub", "TestSupport"]),
        tests("MavenPackagingTests", ["MavenPackaging", "TestSupport"]),
        tests("JobModelTests", ["JobModel", "Documents", "Diagnostics", "JSONDocument", "TestSupport"]),
        tests("SQLiteTests", ["SQLite", grdb]),
        tests(
            "JobStoreTests",
            [
                "Cryptography", "JobModel", "JobQueue", "JobStore", "JobStoreProbe", "JobSupport", "SQLiteQueue",
                "TestSupport", "Workers", grdb, system,
            ]),
        tests(
            "SQLiteQueueTests",
            ["JobModel", "JobQueue", "JobStore", "JobSupport", "SQLiteQueue", "TestSupport", system]),
        tests("SchedulingTests", ["Scheduling", "JobModel", "TestSupport"]),
        tests(
            "JobEngineTests",
            [
                "JobEngine", "Cryptography", "JobModel", "Scheduling", "DriverProvider", "EnvironmentSupply",
                "JobStore",
                "SQLiteQueue",
                "LocalProvider", "Supervision", "SupervisionProbe", "BuildService", "EnvironmentBuilder", "TestSupport",
                logging, system,
            ]),
        tests("SimulationTests", ["Simulation"]),
        tests(
            "BuildServiceTests",
            [
                "BuildService", "Advisories", "ContentStore", "Cryptography", "Diagnostics", "EnvironmentBuilder",
                "EnvironmentSupply", "ImageSpec",
                "JSONDocument", "JobModel", "PythonPackaging", "Recipes", "SupplyChain", "TestSupport", system,
            ]),
        tests("JobAPITests", ["JobAPI", "Diagnostics", "Documents", "JSONDocument", "JobModel"]),
        tests(
            "ChidoriClientTests",
            [
                "ChidoriClient", "HTTPServer", "JobAPI", "JobModel", "JobStore", "ServerSupport", "TestSupport",
                "Transfer",
            ]),
        tests(
            "HTTPServerTests",
            [
                "HTTPServer", "Cryptography", "Diagnostics", "JSONDocument", "JobAPI", "JobModel", "JobStore",
                "ServerSupport", "TestSupport", system,
            ]),
        tests("PreflightTests", ["Preflight", "MavenPackaging"]),
        tests("PythonPackagingTests", ["PythonPackaging", "Cryptography", "TestSupport", system]),
        tests(
            "SupplyChainTests",
            [
                "SupplyChain", "Cryptography", "ImageSpec", "JSONDocument", "MavenPackaging", "PythonPackaging",
                "Recipes",
            ]),
        tests("AdvisoriesTests", ["Advisories", "SupplyChain", "TestSupport", system]),
        tests("ImageSpecTests", ["ImageSpec", "Diagnostics", "Cryptography"]),
        tests("RecipesTests", ["Recipes", "Diagnostics", "PythonPackaging", "Cryptography", "TestSupport"]),
        tests(
            "ContentStoreTests",
            ["ContentStore", "Diagnostics", "Cryptography", "Workers", "StoreProbe", "TestSupport", system]),
        tests(
            "PythonIndexTests",
            [
                "PythonIndex", "Diagnostics", "Transfer", "ContentStore", "PythonPackaging", "Cryptography", "Archive",
                "TestSupport", system,
            ]),
        tests(
            "PythonResolverTests",
            [
                "PythonResolver", "Diagnostics", "Cryptography", "PubGrub", "Transfer", "ContentStore", "PythonIndex",
                "PythonPackaging", "Recipes", "TestSupport", system,
            ]),
        tests(
            "MavenResolverTests",
            [
                "MavenResolver", "MavenPackaging", "Cryptography", "Transfer", "ContentStore",
                "TestSupport", system,
            ]),
        tests(
            "UnitsTests",
            [
                "Units", "Diagnostics", "Archive", "ContentStore", "Cryptography", "PythonPackaging", "TestSupport",
                "Workers", system,
            ]),
        tests(
            "LayersTests",
            [
                "Layers", "Workers", "Archive", "ImageSpec", "PythonPackaging", "Units", "ContentStore", "Cryptography",
                "TestSupport", system,
            ]),
        tests(
            "PublishingTests",
            [
                "Publishing", "Diagnostics", "Units", "ContentStore", "Cryptography", "PythonPackaging",
                "Workers", "TestSupport", system,
            ]),
        tests(
            "BaseImagesTests",
            [
                "BaseImages", "Cryptography", "Archive", "ContentStore", "ImageSpec", "Subprocesses",
                "TestSupport", system,
            ]),
        tests(
            "RegistryTests",
            [
                "Registry", "ContentStore", "Cryptography", "Diagnostics", "Documents", "ImageSpec",
                "TestSupport", "Transfer", system,
            ]),
        tests(
            "SourceBuildsTests",
            [
                "SourceBuilds", "Diagnostics", "ContentStore", "PythonPackaging", "Recipes", "TestSupport", "Workers",
                system,
            ]),
        tests(
            "SupervisionTests",
            ["Supervision", "FileSystem", "SupervisionProbe", "TestSupport", system]),
        tests(
            "LocalProviderTests",
            [
                "LocalProvider", "Contracts", "DriverProvider", "FileSystem", "JobModel", "Supervision",
                "SupervisionProbe", "TestSupport", system,
            ]),
        tests(
            "EnvironmentBuilderTests",
            [
                "EnvironmentBuilder", "Archive", "BaseImages", "ContentStore", "Cryptography", "Diagnostics",
                "ImageSpec", "Layers", "Preflight", "Publishing", "PythonPackaging", "Recipes", "Registry",
                "SourceBuilds", "SupplyChain", "TestSupport", "Transfer", "Workers", system,
            ]),
        tests(
            "Acceptance",
            [
                "Workers", "Cryptography", "Archive", "Transfer", "PythonPackaging", "MavenPackaging",
                "MavenResolver", "ImageSpec", "Recipes", "ContentStore", "PythonIndex", "PythonResolver", "Units",
                "Layers", "Registry", "Contracts", "DriverProvider", "JobModel", "JobAPI", "ChidoriClient",
                "LocalProvider",
                "Supervision", "TestSupport", system,
            ]),
    ])
