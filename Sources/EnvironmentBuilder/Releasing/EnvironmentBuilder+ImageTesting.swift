internal import BaseImages
internal import ContentStore
internal import Diagnostics
internal import ImageSpec
internal import Layers
internal import Recipes
internal import SystemPackage
internal import Workers

extension EnvironmentBuilder {
    /// Runs a recipe's tests before its image is released.
    ///
    /// - Returns: what came of them, all passed; `nil` where none ran, since there are none or they are not wanted.
    /// - Throws: ``BuilderError`` (`testsFailed`; `noContainer`, `wrongPlatform` where they cannot run here: they are never
    ///   passed over unasked).
    func test(
        _ candidate: ReleaseCandidate, _ request: ReleaseRequest, tested: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome]? {
        let recipe = candidate.recipe
        if recipe.tests.isEmpty {
            observer(.warning("\(recipe.name) has no tests; add some under `tests:`"))
            return nil
        }
        let outcomes: [TestOutcome]
        switch request.tests {
        case .nowhere:
            observer(.warning("\(recipe.name) is not tested"))
            return nil
        case .folder: outcomes = try await testFolder(candidate, tested)
        case .image: outcomes = try await testImages(candidate, tested)
        }
        let failed = outcomes.filter { !$0.passed }
        guard !failed.isEmpty else { return outcomes }
        let names = failed.prefix(5).map { "`\($0.name)`" }.joined(separator: ", ")
        throw BuilderError(
            .testsFailed, recipe.name,
            "does not pass \(failed.count) of its \(counted(outcomes.count, "test")): \(names)",
            advice: "what they printed stands above; nothing was released")
    }

    /// In the images that run on this machine's processor, each unpacked for the occasion.
    private func testImages(
        _ candidate: ReleaseCandidate, _ tested: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome] {
        let pairs = Array(zip(candidate.environments, candidate.image.images))
        let others = pairs.map(\.0.environment.platform).filter { !HostMachine.current.runs($0) }
        guard others.count < pairs.count else {
            throw BuilderError(
                .wrongPlatform, candidate.recipe.name,
                "is for \(list(others)), whose programs do not run on this machine (\(HostMachine.current))",
                advice: "release it on such a machine, or without its tests (--test-in nowhere)")
        }
        if !others.isEmpty { observer(.warning("\(candidate.recipe.name) is not tested for \(list(others))")) }
        var outcomes: [TestOutcome] = []
        for (based, image) in pairs where HostMachine.current.runs(based.environment.platform) {
            outcomes += try await test(image, of: based, candidate.recipe, tested)
        }
        return outcomes
    }

    private func test(
        _ image: Image, of based: BasedEnvironment, _ recipe: Recipe,
        _ tested: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome] {
        guard let base = based.base else {
            throw BuilderError(
                .noContainer, recipe.name, "has no base, so that nothing in its image can be run",
                advice:
                    "name a `base` in the recipe, or have the tests run in a folder of the environment (--test-in folder)"
            )
        }
        guard base.mayRun else {
            throw BuilderError(
                .noContainer, recipe.name,
                "stands on \(base.image.name), an image of somebody else's, whose programs do not run here unasked",
                advice:
                    "trust it with --trust-base, choose a base that is built from a lock, or have the tests run in a "
                    + "folder of the environment (--test-in folder)")
        }
        let layers = image.manifest.layers.map { store.blobPath($0.digest) }
        return try await stage(.testing) {
            try await blocking { [store] in
                let container = try ImageContainer.available()
                return try withExtendedLifetime(try store.scratchFolder()) { scratch in
                    let root = scratch.path.appending("root")
                    try BaseImages.unpack(layers, to: root, hostName: ImageContainer.hostName)
                    try container.prepare(root)
                    return try Self.run(recipe.tests, of: FilePath("/" + LayerFormat().root), finished: tested) {
                        container.program($0, root: root, image.configuration)
                    }
                }
            }
        }
    }

    /// In a folder of the environment, as `env test` does.
    private func testFolder(
        _ candidate: ReleaseCandidate, _ tested: @escaping @Sendable (TestOutcome) -> Void
    ) async throws -> [TestOutcome] {
        let built = try await build(candidate.located, BuildRequest(deliversFolder: true, isNamed: false))
        guard let folder = built.folder,
            let manifest = built.environments.first(where: { $0.id == folder.environment })
        else { return [] }
        let tree = RunnableTree(path: folder.path, manifest: manifest)
        try hold(tree)
        return try await run(candidate.recipe.tests, in: tree, finished: tested)
    }

    private func list(_ platforms: [some CustomStringConvertible]) -> String {
        platforms.map(\.description).joined(separator: ", ")
    }
}
