internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import EnvironmentBuilder
internal import FileSystem
internal import JSONDocument
internal import JobAPI
internal import Recipes
internal import SystemPackage
internal import Workers

#if canImport(Glibc)
    internal import Glibc
#endif

/// `chidori env build --server`: the same, made by a server for the drivers there, and delivered by it or fetched from it.
struct RemoteBuild {
    let session: Session
    let client: ChidoriClient
    /// `docker://HOST/NAME:TAG`, where the server pushes it.
    let images: [String]
    /// Files that it is fetched into.
    let archives: [FilePath]
    /// `volume:NAME…`, where the server publishes it.
    let volumes: [String]

    /// Has a recipe or lock built, or what the server's administrator has a recipe of by that name.
    func run(_ text: String, policy: LockPolicy) async throws -> Answer {
        let formats = try archives.map(Self.format)
        var order = try await order(text, policy)
        order.deliveries = formats + images + volumes
        let asked = try await client.makeEnvironment(order)
        session.output.event(["event": "build", "id": .string(asked.id), "state": .string(asked.state.rawValue)])
        if asked.state == .building {
            session.output.say(
                "Build \(asked.id.prefix(12)) on \(client.server); it goes on there if this is interrupted")
        }
        let build =
            asked.state == .ready
            ? asked : try await BuildFollowing(client: client, output: session.output).follow(asked.id)
        guard let id = build.environment else { throw FailedBuild(build) }
        for (file, format) in zip(archives, formats) {
            guard let made = build.deliveries.first(where: { $0.delivery == format }), made.state == .delivered else {
                continue
            }
            try await fetch(made, of: build.id, to: file)
        }
        if let failed = FailedDelivery(build) { throw failed }
        let environment = try await environment(id, of: build)
        let summary = [environment.name, environment.version, environment.python.map { "Python \($0)" }]
            .compactMap(\.self).joined(separator: ", ")
        return Answer(
            [
                "environment": KnownEnvironment.shape.json(environment), "build": BuildReport.shape.json(build),
                "archives": JSON(archives.map(\.string)),
            ], text: id,
            remarks: ["Environment \(id.prefix(12)) is ready on \(client.server) (\(summary))"] + remarks(build))
    }

    /// What was made, as it is by the name that was asked for; what was sent takes none.
    private func environment(_ id: String, of build: BuildReport) async throws -> KnownEnvironment {
        let found = try await client.environment(id)
        if found.name == build.name { return found }
        if build.kind == .named, let name = build.name, let named = try? await client.environment(name),
            named.id == id
        {
            return named
        }
        var own = found
        (own.name, own.version) = (build.name, nil)
        return own
    }

    /// What was delivered, for people.
    private func remarks(_ build: BuildReport) -> [String] {
        build.deliveries.compactMap { item in
            switch item.delivery {
            case "tar.gz", "zip": nil
            case _ where item.path != nil: "  \(item.title): \(item.path ?? "")"
            default: "  \(item.title): \(item.digest ?? "")"
            }
        } + archives.map { "Archive \($0)" }
    }

    /// Fetches an archive: under another name until it is whole, which the next run goes on with.
    private func fetch(_ delivery: BuildReport.Delivery, of build: String, to file: FilePath) async throws {
        let folder = file.removingLastComponent()
        let name = file.lastComponent?.string ?? "archive"
        let part = folder.appending(".\(name).\((delivery.digest ?? "").suffix(12)).part")
        let progress = session.progress
        try await blocking { try folder.makeFolders() }
        progress.observe(.began(.fetching, total: 1))
        try await client.fetch(delivery, of: build, to: part) {
            progress.observe(.downloading(file: name, received: $0, size: $1))
        }
        try await blocking {
            let written = try FileDescriptor.open(part, .readOnly, options: .closeOnExec)
            defer { try? written.close() }
            try uninterrupted { fsync(written.rawValue) }
            // As any file that a program makes for its user; a download is its owner's alone while it comes.
            let mask = umask(0)
            umask(mask)
            try uninterrupted { fchmod(written.rawValue, 0o666 & ~mask) }
            try part.move(to: file)
            try folder.synchronizeNames()
        }
        progress.observe(.downloaded(file: name, size: UInt64(clamping: delivery.size ?? 0)))
        progress.observe(.ended(.fetching, seconds: 0))
    }

    /// The delivery that a file's name tells.
    private static func format(_ file: FilePath) throws -> String {
        let name = file.lastComponent?.string.lowercased() ?? ""
        if name.hasSuffix(".zip") { return "zip" }
        if name.hasSuffix(".tar.gz") || name.hasSuffix(".tgz") { return "tar.gz" }
        throw BuilderError(
            .unknownInput, file.string, "has no ending that tells what archive it is to be",
            advice: "name it FILE.tar.gz or FILE.zip")
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
            let isFresh = existing?.staleness(against: recipe).isEmpty == true
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
