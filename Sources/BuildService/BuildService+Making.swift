internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import JobModel
internal import Recipes
internal import Synchronization
internal import SystemPackage
internal import Workers

/// The work of a build, from its turn to its end.
extension BuildService {
    /// How often a recipe that is edited while it is built is built again.
    private static let mostEdits = 3

    /// Does the work of a build once a place is free, for as long as it may take, and notes where it comes to nothing.
    func passing<Result: Sendable>(
        _ id: Build.ID, _ name: String, for asker: String, isForeign: Bool, first: () async throws -> Void,
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            try await first()
            return try await gate.pass(as: asker, of: Asker.share(of: asker)) {
                note("waiting", "for other builds, of which \(limits.atOnce) are made at once", of: id)
            } _: {
                try await inTime(name, isForeign: isForeign, work)
            }
        } catch {
            throw await ended(id, name, error)
        }
    }

    func make(_ order: BuildOrder, _ id: Build.ID) async throws -> DeliveredEnvironment {
        try Task.checkCancellation()
        var settings = settings
        settings.isForeign = Self.isForeign(order.reference)
        let builder = EnvironmentBuilder(settings: settings) { [weak self] event in self?.note(event, of: id) }
        let path = try await file(of: order, builder)
        var (made, input, stamp) = try await build(order, path, id, builder)
        for _ in 0..<Self.mostEdits where !settings.isForeign {
            let now = try await blocking { RecipeStamp(of: path) }
            if now.recipe == stamp.recipe {
                stamp = now
                break
            }
            note("waiting", "no more: the recipe has changed meanwhile, and is built as it is now", of: id)
            (made, input, stamp) = try await build(order, path, id, builder)
        }
        guard case .ready(let environment) = try await look(for: .named(made.id.digest.hex)) else {
            throw EnvironmentSupplyError(.unavailable, order.title, "was built, and is gone again")
        }
        try await deliver(order, made, of: input, id, builder)
        await end(id, .ready, "is ready") { [isNamed = !settings.isForeign, stamp] in
            $0.environment = environment.id
            $0.stamp = isNamed ? stamp : nil
        }
        return environment
    }

    /// - Returns: the environment, what was read, and how the recipe was just before that.
    private func build(
        _ order: BuildOrder, _ path: FilePath, _ id: Build.ID, _ builder: EnvironmentBuilder
    ) async throws -> (EnvironmentManifest, EnvironmentInput, RecipeStamp) {
        let (stamp, input) = try await blocking { (RecipeStamp(of: path), try builder.read(path)) }
        let request = BuildRequest(deliversFolder: true, isNamed: !builder.settings.isForeign)
        let result: BuildResult
        if order.upgrades, !builder.settings.isForeign {
            let upgrade = try await builder.upgrade(input, request)
            tell(upgrade.difference, of: id)
            result = upgrade.result
        } else {
            result = try await builder.build(input, policy: .lockIfNeeded, request)
        }
        guard let made = result.environments.first(where: { Self.runsHere($0, builder) }) else {
            throw EnvironmentSupplyError(
                .cannotBuild, order.title, "is for another kind of machine than this one",
                advice: "add this machine's platform to the recipe's `platforms`")
        }
        return (made, input, stamp)
    }

    /// Notes that a build has come to nothing, and gives the error for those who wait.
    private func ended(_ id: Build.ID, _ name: String, _ error: any Error) async -> any Error {
        if let build = build(id), let canceller = state.withLock({ $0.running[id]?.cancelledBy }) {
            // To other tenants a user's name is nobody's.
            let text = build.isSeenOnly(byTenantOf: canceller) ? " by \(canceller)" : ""
            let error = EnvironmentSupplyError(
                .cannotBuild, name, "was cancelled\(text)", advice: "ask for it again")
            await end(id, .cancelled, text.isEmpty ? "before its end" : String(text.dropFirst())) {
                $0.trouble = Build.Trouble(category: .badInput, message: error.message)
            }
            return error
        }
        let translated = Self.translated(error, name)
        let category = (error as? any Diagnostic)?.category
        state.withLock { $0.failures[id] = (.now, translated) }
        await end(id, .failed, "\(translated)") { build in
            build.trouble = Build.Trouble(translated)
            // The one beneath tells more.
            if let category { build.trouble?.category = category }
        }
        return translated
    }

    private static func runsHere(_ manifest: EnvironmentManifest, _ builder: EnvironmentBuilder) -> Bool {
        (try? builder.runnableTree(manifest.id.digest.hex, from: builder.settings.data)) != nil
    }

    /// The file that is built: an admin's recipe, or one that is written down under its digest.
    private func file(of order: BuildOrder, _ builder: EnvironmentBuilder) async throws -> FilePath {
        let (text, name): (String, String)
        switch order.reference {
        case .named(let name):
            if let path = recipe(named: name) { return path }
            // What the command line has built is there, and has no recipe to be made of.
            throw EnvironmentSupplyError(
                .unknown, name, "is neither an environment nor a recipe here",
                advice: "build it with `chidori env build`, or put its recipe into the server's folder of recipes")
        case .recipe(let yaml): (text, name) = (yaml, SentRecipes.recipeName)
        case .lock(let toml): (text, name) = (toml, SentRecipes.lockName)
        }
        return try await journal.perform { [self] _ in
            try sent.keep(
                text, as: name, order.sourceID, isProven: isProven(order.sourceID, besides: order.id), builder)
        }
    }

    /// Whether it is not an admin who says what is built, but whoever sends it.
    static func isForeign(_ reference: EnvironmentReference) -> Bool {
        if case .named = reference { false } else { true }
    }

    /// What helps, and whether trying again does.
    static func translated(_ error: any Error, _ name: String) -> any Error {
        if error is CancellationError || error is EnvironmentSupplyError { return error }
        guard let error = error as? any Diagnostic else {
            return EnvironmentSupplyError(.unavailable, name, "could not be built: \(error)", cause: error)
        }
        let code: EnvironmentSupplyErrorCode =
            switch error.category {
            case .unavailable, .system: .unavailable
            case .vulnerable: .vulnerable
            default: .cannotBuild
            }
        return EnvironmentSupplyError(code, error.subject, error.message, advice: error.advice, cause: error)
    }
}
