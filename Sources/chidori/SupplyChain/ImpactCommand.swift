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
internal import SystemPackage

/// `chidori env impact`: who has it.
struct ImpactCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "impact",
        abstract: "Tell which environments, images and running jobs contain a file, a package or a vulnerability.",
        usage: "chidori env impact [<options>] <what>",
        discussion: """
            A digest may be that of a wheel, a jar, or any file in one; of an environment, a lock or an image. Jobs are those \
            that hold an environment in this data folder; with --server, those that the server knows.

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
            "Ask this server which jobs run in the environments. Default: $CHIDORI_SERVER.", valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A file with a token for it. Default: $CHIDORI_TOKEN_FILE.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @OptionGroup var shared: LocalOptions

    func answer(_ session: Session) async throws -> Answer {
        let builder = session.builder
        let report = try builder.impact(of: builder.impactQuestion(what, from: currentFolder()))
        var hits: [(hit: ImpactReport.Hit, jobs: [String])] = []
        for hit in report.hits {
            hits.append((hit, Set(hit.jobs + (try await jobs(in: hit.summary.id))).sorted()))
        }
        let found = counted(hits.count, "environment")
        return Answer(
            [
                "environments": .array(hits.map { Self.json($0.hit, $0.jobs) }), "searched": JSON(report.environments),
            ],
            text: hits.map { Self.text($0.hit, $0.jobs) }.joined(separator: "\n\n"),
            remarks: [
                hits.isEmpty
                    ? "None of \(counted(report.environments, "environment")) contains it"
                    : "\(found) of \(report.environments) \(hits.count == 1 ? "contains" : "contain") it"
            ])
    }

    /// The jobs of an environment that have not ended, as the server has them.
    private func jobs(in environment: EnvironmentID) async throws -> [String] {
        guard server != nil || variable("CHIDORI_SERVER") != nil else { return [] }
        let words = [("server", server), ("token-file", tokenFile), ("data", shared.general.location.data)]
        let client = try ServerOptions.parse(words.compactMap { name, value in value.map { "--\(name)=\($0)" } })
            .client()
        var query = JobQuery()
        query.environment = environment.description
        query.limit = 1000
        var jobs: [String] = []
        repeat {
            let page = try await client.jobs(query)
            jobs += page.jobs.filter { !$0.state.isFinal }.map(\.id.description)
            query.cursor = page.next
        } while query.cursor != nil
        return jobs
    }

    private static func text(_ hit: ImpactReport.Hit, _ jobs: [String]) -> String {
        var facts = Facts()
        facts.add("environment", "\(hit.summary.manifest.name)  \(hit.summary.id.description.prefix(12))")
        facts.add("platform", hit.summary.manifest.platform)
        for found in hit.found { facts.add("contains", found) }
        for image in hit.images { facts.add("image", "\(image.reference)  \(image.digest.prefixed)") }
        for job in jobs { facts.add("job", job) }
        return facts.text
    }

    private static func json(_ hit: ImpactReport.Hit, _ jobs: [String]) -> JSON {
        [
            "id": .string(hit.summary.id.description), "name": .string(hit.summary.manifest.name),
            "tags": JSON(hit.summary.tags), "platform": .string(hit.summary.manifest.platform),
            "contains": JSON(hit.found), "jobs": JSON(jobs),
            "images": .array(
                hit.images.map {
                    ["digest": .string($0.digest.prefixed), "reference": .string($0.reference)]
                }),
        ]
    }
}
