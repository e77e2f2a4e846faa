internal import ArgumentParser
internal import ChidoriClient
internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// Whom an order goes to, and why.
struct JobOrderOptions: ParsableArguments {
    @Argument(help: "The jobs' ids.")
    var ids: [String]

    @Option(name: .long, help: ArgumentHelp("Why; stands in the job's history.", valueName: "text"))
    var message: String?
}

/// A command that tells one or more jobs what to do.
protocol JobOrderCommand: ClientCommand {
    static var verb: JobVerb { get }
    var order: JobOrderOptions { get }
}

extension JobOrderCommand {
    func answer(_ client: ChidoriClient) async throws -> Answer {
        let ids = try order.ids.map(jobID)
        var jobs: [Job] = []
        var failure: (any Error)?
        for id in ids {
            do {
                let job = try await client.command(Self.verb, id, message: order.message)
                jobs.append(job)
                output.say("Job \(id): \(Self.said(of: job))")
            } catch let error as ChidoriClientError where error.problem != nil && ids.count > 1 {
                // The others are told all the same.
                output.warn("\(error.subject): \(error.message)")
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return Answer(["jobs": .array(jobs.map { Job.shape.json($0) })])
    }

    private static func said(of job: Job) -> String {
        guard !job.state.isFinal else { return job.state.rawValue }
        return job.intent.map { "\(job.state.rawValue), to be \($0 == .kill ? "killed" : "suspended")" }
            ?? job.state.rawValue
    }
}

/// `chidori job kill`.
struct JobKillCommand: JobOrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "End jobs: gracefully, then for good.",
        usage: "chidori job kill [<options>] <id> ...",
        discussion: """
            Drivers are told to end, and ended when the job's stop grace is over.

            Example:
              chidori job kill 01m80ys0kzeasnes75wqcd1vj1 --message 'wrong data'
            """)
    static let verb = JobVerb.kill

    @OptionGroup var order: JobOrderOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions
}

/// `chidori job suspend`.
struct JobSuspendCommand: JobOrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Put jobs aside until they are resumed.",
        usage: "chidori job suspend [<options>] <id> ...",
        discussion: """
            Living drivers are told to end; a job that is resumed begins anew.

            Example:
              chidori job suspend 01m80ys0kzeasnes75wqcd1vj1
            """)
    static let verb = JobVerb.suspend

    @OptionGroup var order: JobOrderOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions
}

/// `chidori job resume`.
struct JobResumeCommand: JobOrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let jobs go on that were put aside.",
        usage: "chidori job resume [<options>] <id> ...",
        discussion: """
            Example:
              chidori job resume 01m80ys0kzeasnes75wqcd1vj1
            """)
    static let verb = JobVerb.resume

    @OptionGroup var order: JobOrderOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions
}

/// `chidori job retry`.
struct JobRetryCommand: JobOrderCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try jobs once more that failed or were killed.",
        usage: "chidori job retry [<options>] <id> ...",
        discussion: """
            Example:
              chidori job retry 01m80ys0kzeasnes75wqcd1vj1
            """)
    static let verb = JobVerb.retry

    @OptionGroup var order: JobOrderOptions
    @OptionGroup(title: "Server options") var shared: ServerOptions
}
