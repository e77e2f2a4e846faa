internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import EnvironmentBuilder
internal import FileSystem
internal import JSONDocument
internal import JobAPI
internal import Recipes
internal import SystemPackage

/// `chidori env build --server`: the same, made by a server for the drivers there.
struct RemoteBuild {
    let session: Session
    let client: ChidoriClient

    /// Has a recipe or lock built, or what the server's administrator has a recipe of by that name.
    func run(_ text: String, policy: LockPolicy) async throws -> Answer {
        let order = try await order(text, policy)
        let asked = try await client.makeEnvironment(order)
        session.output.event(["event": "build", "id": .string(asked.id), "state": .string(asked.state.rawValue)])
        let build =
            asked.state == .ready
            ? asked : try await BuildFollowing(client: client, output: session.output).follow(asked.id)
        guard let id = build.environment else { throw FailedBuild(build) }
        let environment = try await client.environment(id)
        let summary = [environment.name, environment.version, environment.python.map { "Python \($0)" }]
            .compactMap(\.self).joined(separator: ", ")
        return Answer(
            [
                "environment": KnownEnvironment.shape.json(environment), "build": BuildReport.shape.json(build),
            ], text: id, remarks: ["Environment \(id.prefix(12)) is ready on \(client.server) (\(summary))"])
    }

    /// What is sent: a lock where there is one that answers its recipe, so that the server makes just what is made here.
    private func order(_ text: String, _ policy: LockPolicy) async throws -> EnvironmentOrder {
        let path = absolute(text)
        if !text.contains("/"), !text.contains("."), !path.isThere { return EnvironmentOrder(name: text) }
        let builder = session.builder
        let input = try builder.read(path)
        switch input.content {
        case .lock(let lock): return EnvironmentOrder(lock: lock)
        case .recipe(let recipe):
            let existing = try builder.lockIfPresent(at: input.lockPath)
            let isFresh = existing?.changes(against: recipe).isEmpty == true
            let isRecipe = ["yaml", "yml"].contains(path.extension)
            // The server chooses the versions of a recipe; requirements of other tools it does not read.
            if !isFresh, policy == .lockIfNeeded, isRecipe {
                return EnvironmentOrder(recipe: String(decoding: try path.fileContents(limit: 1 << 20), as: UTF8.self))
            }
            let located = try await builder.lock(for: input, policy: policy)
            return EnvironmentOrder(lock: located.lock.toml)
        }
    }
}
