import Foundation
import SystemPackage
import TestSupport
import Testing

/// A server that makes environments from an index of its own, and people who ask it.
struct BuildServer {
    let index: IndexFixture
    /// An administrator's recipes, and beside them what people send.
    let folder: Scratch
    let server: RunningServer

    /// - Parameters:
    ///   - configuration: beside the folder of recipes.
    ///   - options: of `chidori serve`, beside the index.
    ///   - prepare: is given the data folder before the server sees it.
    init(
        _ wheels: [WheelFixture], _ configuration: String = "", options: [String] = [],
        environment: [String: String?] = [:], folder: Scratch? = nil, prepare: (FilePath) throws -> Void = { _ in }
    ) async throws {
        index = try IndexFixture(wheels, servesMetadata: true)
        let folder = try folder ?? Scratch("builds")
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder.file("recipes").string, withIntermediateDirectories: true)
        server = try await RunningServer(
            "recipes: [\(folder.file("recipes"))]\ndrivers: {cores: 2, memory: 1g}\n\(configuration)\n",
            ["--index-url", index.url] + options, environment: environment, prepare: prepare)
    }

    /// A recipe in YAML, of these packages.
    static func recipe(_ name: String, _ packages: String, more: String = "") -> String {
        "name: \(name)\nversion: \"1\"\npython:\n  version: \"3.11\"\n  packages: [\(packages)]\n\(more)"
    }

    /// Writes a recipe that an administrator offers by its name.
    func offer(_ name: String, _ packages: String, more: String = "") throws {
        try folder.write("recipes/\(name).yaml", Self.recipe(name, packages, more: more))
    }

    /// Writes a recipe that somebody sends.
    func file(_ name: String, _ packages: String, more: String = "") throws -> String {
        try folder.write("mine/\(name).yaml", Self.recipe(name, packages, more: more)).string
    }

    /// A token for somebody, in a file.
    func token(_ user: String, tenant: String = "default", role: String = "submitter") async throws -> FilePath {
        let text = try await server.output(
            ["token", "create", user, "--user", user, "--tenant", tenant, "--role", role])
        return try folder.write("\(tenant)-\(user).token", text.filter { !$0.isWhitespace })
    }

    /// A command of somebody's, with a data folder of his own; the administrator's if there is no token.
    func command(_ words: [String], token: FilePath? = nil, environment: [String: String?] = [:]) -> Command {
        let variables: [String: String?] = [
            "CHIDORI_SERVER": server.url, "CHIDORI_SERVE_CONFIG": nil,
            "CHIDORI_TOKEN_FILE": (token ?? server.data.appending("admin.token")).string,
            "CHIDORI_DATA": folder.file("own").string,
        ]
        return Command(Peer.chidori, words, in: folder.path, environment: variables.merging(environment) { $1 })
    }

    func chidori(_ words: String..., token: FilePath? = nil) async throws -> Command.Outcome {
        try await command(words, token: token).outcome()
    }

    /// Has a server build, and gives what the command's JSON says at its end.
    func build(_ words: String..., token: FilePath? = nil) async throws -> BuiltAnswer {
        let words = ["env", "build"] + words + ["--server", server.url, "--json"]
        let outcome = try await command(words, token: token).outcome()
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        let line = try #require(outcome.text.split(separator: "\n").last)
        return try JSONDecoder().decode(BuiltAnswer.self, from: Data(line.utf8))
    }

    func show(_ build: String, token: FilePath? = nil) async throws -> ShownBuild {
        let outcome = try await chidori("build", "show", build, "--json", token: token)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        struct Answer: Decodable { var build: ShownBuild }
        return try JSONDecoder().decode(Answer.self, from: Data(outcome.output)).build
    }

    func builds(token: FilePath? = nil) async throws -> [ShownBuild] {
        let outcome = try await chidori("build", "list", "--json", token: token)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        struct Answer: Decodable { var builds: [ShownBuild] }
        return try JSONDecoder().decode(Answer.self, from: Data(outcome.output)).builds
    }

    /// The build of a command that runs, once it is asked for.
    func build(of running: RunningCommand) async throws -> String {
        try await server.until("the build's id") {
            let line = running.outputSoFar.split(separator: UInt8(ascii: "\n")).first
            struct Asked: Decodable { var id: String }
            return line.flatMap { try? JSONDecoder().decode(Asked.self, from: Data($0)).id }
        }
    }
}

/// What `chidori env build --server --json` tells at its end.
struct BuiltAnswer: Decodable {
    struct Environment: Decodable { var id: String }
    var environment: Environment
    var build: ShownBuild
}

/// What `chidori build show --json` tells.
struct ShownBuild: Decodable {
    struct Delivery: Decodable {
        var delivery: String
        var state: String
        var digest: String?
        var path: String?
        var category: String?
        var message: String?
    }

    var id: String
    var state: String
    var kind: String
    var name: String?
    var askers: [String]?
    var environment: String?
    var message: String
    var category: String?
    var deliveries: [Delivery]?
    var changes: [String]?
    var sources: [String]?
}
