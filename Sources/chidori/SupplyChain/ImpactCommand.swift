internal import ArgumentParser
internal import ChidoriClient
internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import Recipes
internal import SupplyChain
internal import SystemPackage

/// `chidori env impact`: who has it.
struct ImpactCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "impact",
        abstract: "Tell which environments, images and running jobs contain a file, a package or a vulnerability.",
        usage: "chidori env impact [<options>] <what>",
        discussion: """
            A digest may be that of a wheel, a jar, or any file in one; of an environment, a lock or an image. Jobs are those \
            that hold an environment in this data folder. With --server, the server's environments that you may list and its \
            jobs are looked at too.

            Examples:
              chidori env impact numpy==2.1.0
              chidori env impact org.apache.logging.log4j:log4j-core:2.14.1
              chidori env impact \\
                sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
              chidori env impact GHSA-xxxx-xxxx-xxxx.json \\
                --server https://chidori.example.com
            """)

    @Argument(
        help:
            "sha256:DIGEST, PACKAGE[==VERSION], GROUP:ARTIFACT[:VERSION], or a file, folder or zip of OSV advisories.",
        completion: .file())
    var what: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Look at this server's environments and jobs too. Default: $CHIDORI_SERVER.", valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A file with a token for it. Default: $CHIDORI_TOKEN_FILE.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let files = try builder.advisories(named: what, from: currentFolder())
        let question: ImpactQuestion =
            try files.map { .advisories(try $0.map { try Advisory(parsing: $0.bytes, name: $0.name) }) }
            ?? ImpactQuestion(what)
        let report = try builder.impact(of: question)
        var hits = report.hits.map { Hit($0) }
        var remarks: [String] = []
        var onServer: Int?
        if let client = try client() {
            let told = try await client.impact(of: Self.query(what, files))
            for hit in told.environments { hits.add(hit) }
            for index in hits.indices {
                hits[index].jobs = Set(hits[index].jobs + (try await Self.jobs(in: hits[index].id, client))).sorted()
            }
            onServer = Int(clamping: told.searched)
            remarks.append("\(Self.verdict(told.environments.count, of: onServer ?? 0)), on \(client.server)")
        }
        if report.environments > 0 || onServer == nil {
            let place = onServer == nil ? "" : ", in \(builder.store.root)"
            remarks.insert(Self.verdict(report.hits.count, of: report.environments) + place, at: 0)
        }
        if report.environments + (onServer ?? 0) == 0 {
            session.output.warn(
                onServer == nil
                    ? "\(builder.store.root) holds no environments: name another data folder with --data, or a server with "
                        + "--server"
                    : "neither \(builder.store.root) nor the server holds environments that you may see")
        }
        return Answer(
            [
                "environments": .array(hits.map(\.json)), "searched": JSON(report.environments),
                "searchedOnServer": onServer.map { JSON($0) } ?? .null,
            ],
            text: hits.map(\.text).joined(separator: "\n\n"), remarks: remarks)
    }

    private static func verdict(_ hits: Int, of count: Int) -> String {
        hits == 0
            ? "None of \(counted(count, "environment")) contains it"
            : "\(counted(hits, "environment")) of \(count) \(hits == 1 ? "contains" : "contain") it"
    }

    // MARK: - The server

    /// The server, where one is named.
    private func client() throws -> ChidoriClient? {
        guard server != nil || variable("CHIDORI_SERVER") != nil else { return nil }
        let words = [("server", server), ("token-file", tokenFile), ("data", shared.general.location.data)]
        return try ServerOptions.parse(words.compactMap { name, value in value.map { "--\(name)=\($0)" } }).client()
    }

    /// More than a request may hold; a whole database is loaded where the environments are.
    private static let mostBytes = 512 << 10

    private static func query(_ what: String, _ files: [(name: String, bytes: [UInt8])]?) throws -> ImpactQuery {
        guard let files else { return ImpactQuery(what: what) }
        guard files.reduce(0, { $0 + $1.bytes.count }) <= mostBytes else {
            throw BuilderError(
                .unknownInput, what, "holds more advisories than a server is asked about at once",
                advice: "name the files of those that you ask about")
        }
        return ImpactQuery(advisories: files.map { String(decoding: $0.bytes, as: UTF8.self) })
    }

    /// The jobs of an environment that have not ended, as the server has them.
    private static func jobs(in environment: String, _ client: ChidoriClient) async throws -> [String] {
        var query = JobQuery()
        query.environment = environment
        query.limit = 1000
        var jobs: [String] = []
        repeat {
            let page = try await client.jobs(query)
            jobs += page.jobs.filter { !$0.state.isFinal }.map(\.id.description)
            query.cursor = page.next
        } while query.cursor != nil
        return jobs
    }
}

/// An environment that contains it, here or on a server.
private struct Hit {
    let id: String
    let name: String
    let tags: [String]
    let platform: String
    let contains: [String]
    var images: [KnownImpact.Image]
    var jobs: [String] = []
    var isOnServer = false

    init(_ hit: ImpactReport.Hit) {
        id = hit.summary.id.description
        (name, tags, platform) = (hit.summary.manifest.name, hit.summary.tags, hit.summary.manifest.platform)
        contains = hit.found
        images = hit.images.map { KnownImpact.Image(digest: $0.digest.prefixed, reference: $0.reference) }
        jobs = hit.jobs
    }

    init(_ hit: KnownImpact.Hit) {
        (id, name, tags, platform) = (hit.id, hit.name, hit.tags, hit.platform)
        contains = hit.contains
        images = hit.images
        isOnServer = true
    }

    var text: String {
        var facts = Facts()
        facts.add("environment", "\(name)  \(id.prefix(12))" + (isOnServer ? "  (on the server)" : ""))
        facts.add("platform", platform)
        for found in contains { facts.add("contains", found) }
        for image in images { facts.add("image", "\(image.reference)  \(image.digest)") }
        for job in jobs { facts.add("job", job) }
        return facts.text
    }

    var json: JSON {
        [
            "id": .string(id), "name": .string(name), "tags": JSON(tags), "platform": .string(platform),
            "contains": JSON(contains), "jobs": JSON(jobs), "onServer": .bool(isOnServer),
            "images": .array(images.map { ["digest": .string($0.digest), "reference": .string($0.reference)] }),
        ]
    }
}

extension [Hit] {
    /// Adds a server's; one that is here too is told once.
    fileprivate mutating func add(_ hit: KnownImpact.Hit) {
        guard let index = firstIndex(where: { $0.id == hit.id }) else { return append(Hit(hit)) }
        self[index].isOnServer = true
        self[index].images += hit.images.filter { !self[index].images.contains($0) }
    }
}
