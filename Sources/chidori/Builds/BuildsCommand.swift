internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import SystemPackage

/// `chidori build`: what a server makes of recipes.
struct BuildsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Look at what a server builds, and take it back.",
        discussion: "`chidori env build --server URL RECIPE` has a server build.",
        subcommands: [
            BuildListCommand.self, BuildShowCommand.self, BuildLogsCommand.self, BuildCancelCommand.self,
        ])
}

/// `chidori build list`.
struct BuildListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List builds, the newest first.", usage: "chidori build list [<options>]",
        discussion: """
            Your own; an administrator sees all.

            Examples:
              chidori build list
              chidori build list --state building --json | jq -r '.builds[].id'
            """,
        aliases: ["ls"])

    @Option(
        name: .long, help: ArgumentHelp("Only builds in this state.", valueName: "state"),
        completion: .list(BuildReport.State.allCases.map(\.rawValue)))
    var state: String?

    @Option(name: .long, help: ArgumentHelp("Only what TENANT/USER has asked for.", valueName: "asker"))
    var asker: String?

    @Option(name: .long, help: ArgumentHelp("How many at most.", valueName: "n"))
    var limit = 50

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        var document = OptionDocument()
        document.put("state", state)
        document.put("asker", asker)
        document.put("limit", String(limit))
        let builds = try await client.builds(try document.value(BuildQuery.shape))
        var table = Table(
            ["BUILD", "STATE", "OF", "ENVIRONMENT", "CHANGED", "ASKED", "TOOK", "BY"], rightAligned: [4, 6])
        for build in builds {
            table.add([
                String(build.id.prefix(12)), build.shownState, build.title,
                build.environment.map { String($0.prefix(12)) } ?? "-",
                build.changes.isEmpty ? "-" : "\(build.changes.count)", build.createdAt.age,
                build.createdAt.span(until: build.endedAt ?? .now), build.askers.joined(separator: " "),
            ])
        }
        return Answer(
            ["builds": .array(builds.map { BuildReport.shape.json($0) })],
            text: builds.isEmpty ? "" : table.shown(cutting: "OF", "ENVIRONMENT", "ASKED", "BY"),
            remarks: builds.isEmpty ? ["No builds like this"] : [])
    }
}

/// `chidori build show`.
struct BuildShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how far a build has come.", usage: "chidori build show [<options>] <id>",
        discussion: """
            Example:
              chidori build show 3f2a9c417b58
            """)

    @Argument(help: "The build's id, or its first digits.")
    var id: String

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let build = try await client.build(try await client.buildID(id))
        var facts = Facts()
        facts.add("build", build.id)
        facts.add("of", build.title)
        facts.add("state", build.state.rawValue)
        facts.add("asked", "\(build.createdAt) (\(build.createdAt.age)) by \(build.by)")
        facts.add("ended", build.endedAt.map { "\($0) (after \(build.createdAt.span(until: $0)))" })
        facts.add("environment", build.environment)
        for item in build.deliveries {
            let size = item.size.map { "(\(readable(bytes: UInt64(clamping: $0))))" }
            let place = [item.digest ?? item.path, size].compactMap(\.self).joined(separator: " ")
            facts.add(item.title, item.state == .delivered ? place : item.message ?? item.state.rawValue)
        }
        for change in build.changes { facts.add("changed", change) }
        for source in build.sources { facts.add("built", source) }
        facts.add("message", build.message)
        return Answer(["build": BuildReport.shape.json(build)], text: facts.text)
    }
}

/// `chidori build logs`.
struct BuildLogsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what has happened in a build.",
        usage: "chidori build logs [<options>] <id>",
        discussion: """
            Examples:
              chidori build logs 3f2a9c417b58
              chidori build logs -f 3f2a9c417b58
              chidori build logs 3f2a9c417b58 --source demo-1.0.tar.gz
            """)

    @Argument(help: "The build's id, or its first digits.")
    var id: String

    @Flag(name: .shortAndLong, help: "Go on until the build has ended.")
    var follow = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Print instead what the build of this source distribution has printed; `chidori build show` names them.",
            valueName: "name"))
    var source: String?

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func validate() throws {
        if follow, source != nil {
            throw ValidationError("--follow goes with the build's own steps, not with --source")
        }
    }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let id = try await client.buildID(id)
        if let source {
            let printed = try await client.log(ofSource: source, of: id)
            return Answer(
                ["id": .string(id), "source": .string(source), "log": .string(printed)],
                text: printed.hasSuffix("\n") ? String(printed.dropLast()) : printed)
        }
        func tell(_ steps: [BuildStep]) {
            for step in steps {
                if output.json {
                    output.event([
                        "event": "step", "number": JSON(step.number), "name": .string(step.name),
                        "message": .string(step.message), "at": .string("\(step.at)"),
                    ])
                } else {
                    writeAll(
                        withoutControls("\(step.at) \(step.name): \(step.message)") + "\n", to: .standardOutput)
                }
            }
        }
        if follow {
            _ = try await client.follow(build: id) { tell($0.steps) }
        } else {
            tell(try await client.steps(of: id, StepQuery()).steps)
        }
        return Answer(["id": .string(id)])
    }
}

/// `chidori build cancel`.
struct BuildCancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Take back what you have asked for.",
        usage: "chidori build cancel [<options>] <id>",
        discussion: """
            The build ends if nobody else has asked for it. An administrator ends it with --force, whoever waits for it.

            Example:
              chidori build cancel 3f2a9c417b58
            """)

    @Argument(help: "The build's id, or its first digits.")
    var id: String

    @Flag(name: .long, help: "End it, whoever else has asked for it. Takes an administrator.")
    var force = false

    @OptionGroup(title: "Server options") var shared: ServerOptions

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let id = try await client.buildID(id)
        let wasOver = try await client.build(id).state != .building
        let build = try await client.cancel(build: id, force: force)
        let others = build.askers.isEmpty || force ? "" : "; it goes on for \(build.askers.joined(separator: ", "))"
        let remark =
            switch build.state {
            case .building: "Taken back\(others)"
            case .cancelled where !wasOver: "Cancelled"
            default: "It is over already: \(build.state.rawValue)"
            }
        return Answer(["build": BuildReport.shape.json(build)], remarks: [remark])
    }
}

extension BuildReport {
    /// What it is of, for people.
    fileprivate var title: String {
        let name = name ?? "-"
        return kind == .recipe || kind == .lock ? "\(name) (sent)" : name
    }

    /// Its state, for people, who look here for what came of its deliveries too.
    fileprivate var shownState: String {
        state == .ready && deliveries.contains { $0.state == .failed } ? "undelivered" : state.rawValue
    }

    /// Who asked for it, as far as that is told.
    fileprivate var by: String {
        if !askers.isEmpty { return askers.joined(separator: ", ") }
        return kind == .image ? "whoever pulls it" : "others"
    }
}

extension ChidoriClient {
    /// The whole id of a build, by its first digits.
    fileprivate func buildID(_ text: String) async throws -> String {
        guard text.utf8.count < 64 else { return text }
        let matches = text.utf8.count < 4 ? [] : try await builds(BuildQuery(id: text, limit: 500)).map(\.id)
        if matches.count == 1 { return matches[0] }
        throw WrongBuild(text: text, count: matches.count)
    }
}

/// Digits that mean no build, or several.
private struct WrongBuild: Diagnostic {
    let text: String
    let count: Int

    var category: DiagnosticCategory { .badInput }
    var subject: String { "build \(text)" }
    var message: String { count == 0 ? "is not there" : "could be \(count) of them" }
    var advice: String? { "`chidori build list` shows the builds; give at least four digits" }
}
