import ContentStore
import Foundation
import PythonIndex
import PythonPackaging
import PythonResolver
import Recipes
import SystemPackage
import TestSupport
import Testing
import Transfer

/// uv's own requirement sets, resolved by both from one index: wheels alone, for CPython on Linux with glibc 2.28.
@Suite(
    "The resolver against uv",
    .enabled(
        if: RequirementSet.folder != nil && Peer.has(Peer.uv, "python3"),
        "needs uv, and a folder of its requirement sets (CHIDORI_SETS, or beside the repository)"), .serialized)
struct ResolverAgainstUV {
    private static let index = Result { try RecordedIndex(Peer.cache.appending("recorded-index")) }

    @Test("the chosen versions are uv's, and where it finds none so do we", arguments: RequirementSet.asked)
    func versions(set: RequirementSet) async throws {
        let index = try Self.index.get()
        let theirs = try await set.resolvedByUV(index)
        let ours = try await set.resolved(index)
        #expect(ours == theirs)
        #expect((theirs == nil) == set.needsSources, "\(set): uv found \(theirs?.count ?? 0) packages")
    }
}

/// One requirement file, and how its first comment says to resolve it.
struct RequirementSet: Sendable, CustomTestStringConvertible {
    var file: String
    var python = "3.11"
    var constraints: String?
    /// Projects without wheels, which are left out so that the rest can be compared.
    var without: [String] = []
    /// Whether wheels alone don't suffice.
    var needsSources = false
    /// Whether asking for everything the first time takes minutes.
    var isLong = false

    var testDescription: String {
        file + (without.isEmpty ? "" : ", without what has no wheels")
    }

    static let all = [
        RequirementSet(file: "black.in"),
        RequirementSet(file: "trio.in"),
        RequirementSet(file: "jupyter.in"),
        RequirementSet(file: "backtracking/starlette-fastapi.in", python: "3.12"),
        RequirementSet(file: "backtracking/numpy-sparse.in", python: "3.12"),
        RequirementSet(file: "backtracking/numpy-numba.in", python: "3.12", needsSources: true),
        RequirementSet(file: "backtracking/sentry.in", python: "3.12", needsSources: true),
        RequirementSet(file: "backtracking/apache-beam-dill.in", python: "3.10", needsSources: true),
        RequirementSet(file: "airflow2-req.in", constraints: "airflow2-constraints.txt", needsSources: true),
        RequirementSet(file: "flyte.in", isLong: true),
        RequirementSet(file: "boto3.in", isLong: true),
        RequirementSet(file: "airflow.in", needsSources: true, isLong: true),
        RequirementSet(
            file: "airflow.in",
            without: [
                "atlasclient", "json-merge-patch", "kylinpy", "pydruid", "pyhive", "pykerberos", "python-ldap",
                "python-nvd3",
            ], isLong: true),
    ]

    static var asked: [RequirementSet] { all.filter { !$0.isLong || Peer.deep } }

    /// Where the sets lie: `CHIDORI_SETS`, or beside the repository or above it.
    static let folder: FilePath? = {
        if let given = ProcessInfo.processInfo.environment["CHIDORI_SETS"], !given.isEmpty { return FilePath(given) }
        var parent = Peer.repository
        while parent.removeLastComponent() {
            for name in ["sets", "shared/sets"] {
                let candidate = parent.appending(name)
                if FileManager.default.fileExists(atPath: candidate.appending("airflow.in").string) { return candidate }
            }
        }
        return nil
    }()

    private func path(_ name: String) throws -> String {
        try #require(RequirementSet.folder).pushing(FilePath(name)).string
    }

    private var overrides: [String] {
        without.map { "\($0) ; python_version < '3'" }
    }

    private func requirements(_ name: String) throws -> [Requirement] {
        try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n").compactMap { line in
            let text = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
            return text.isEmpty ? nil : try Requirement(text)
        }
    }

    /// `name==version` of each package, sorted; `nil` where uv finds no solution.
    func resolvedByUV(_ index: RecordedIndex) async throws -> [String]? {
        let scratch = try Scratch("uv")
        var arguments = [
            "pip", "compile", try path(file), "--quiet", "--no-config", "--no-header", "--no-annotate",
            "--only-binary", ":all:", "--python-version", python, "--python-platform", "x86_64-manylinux_2_28",
            "--index-url", index.url, "--cache-dir", scratch.file("cache").string,
        ]
        if let constraints { arguments += ["--constraints", try path(constraints)] }
        if !overrides.isEmpty {
            let overrides = overrides.joined(separator: "\n")
            arguments += ["--overrides", try scratch.write("overrides.txt", overrides).string]
        }
        let outcome = try await Command(Peer.uv, arguments, environment: ["UV_PYTHON_DOWNLOADS": "never"]).outcome()
        if outcome.errorText.contains("No solution found") { return nil }
        try #require(outcome.succeeded, "\(outcome.errorText)")
        return outcome.text.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.map(String.init)
        }.filter { $0.contains("==") }.sorted()
    }

    /// The same by Chidori's resolver.
    func resolved(_ index: RecordedIndex) async throws -> [String]? {
        let scratch = try Scratch("resolver")
        let store = ContentStore(at: scratch.file("data"))
        let root = try ResourceURL(index.url)
        var options = TransferOptions()
        options.proxy = .none
        options.credentials = .none
        let pages = PythonIndex(transfer: Transfer(options), store: store) {
            IndexConfiguration(indexes: [.init(root: root, isDefault: true)])
        }
        var request = ResolutionRequest(
            try requirements(file).map { Recipe.Request($0) }, python: try PythonVersion(python),
            platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)))
        if let constraints { request.constraints = try requirements(constraints) }
        request.overrides = try overrides.map { try Requirement($0) }
        do {
            let resolution = try await Resolver(IndexProvider(pages, store: store)).resolve(request)
            return resolution.packages.map { "\($0.name)==\($0.version)" }.sorted()
        } catch let error as ResolverError where error.code == .noSolution {
            return nil
        }
    }
}
