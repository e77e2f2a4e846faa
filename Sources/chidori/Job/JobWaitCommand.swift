internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import JobModel

/// `chidori job wait`: returns when a job has ended, with a status that tells how.
struct JobWaitCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait for a job's end; the status tells how it ended.",
        usage: "chidori job wait [<options>] <id>",
        discussion: """
            0 where the job succeeded, 12 where it failed or was killed, 13 where it had not ended within --timeout. A server \
            that is started anew meanwhile is waited for, up to two minutes; 5 where it does not come back.

            Example:
              chidori job wait 01m80ys0kzeasnes75wqcd1vj1 && echo done
            """)

    @Argument(help: "The job's id.")
    var id: String

    @Option(name: .long, help: ArgumentHelp("Wait no longer than so many seconds.", valueName: "seconds"))
    var timeout: Double?

    @OptionGroup(title: "Server options") var shared: ServerOptions

    var patience: Duration { JobWaiting.patience }

    func validate() throws {
        if let timeout, timeout < 0 || !timeout.isFinite { throw ValidationError("--timeout takes seconds from 0 up") }
    }

    func answer(_ client: ChidoriClient) async throws -> Answer {
        let id = try jobID(id)
        let waiting = JobWaiting(client, output: output)
        guard let timeout else { return Answer(endOf: try await waiting.end(of: id)) }
        let impatient = try shared.client(patience: .zero)
        return try await withThrowingTaskGroup(of: Job?.self) { group in
            group.addTask { try await waiting.end(of: id) }
            group.addTask {
                try await Task.sleep(for: .seconds(timeout))
                // What has ended has, also for whoever does not wait at all; and a server that is away is another trouble
                // than a job that goes on.
                let job = try await impatient.job(id)
                return job.state.isFinal ? job : nil
            }
            defer { group.cancelAll() }
            guard let job = try await group.next() ?? nil else {
                throw JobCommandError(
                    .late, "job \(id)", "has not ended within \(readable(seconds: timeout))",
                    advice: "wait longer, or look why: `chidori job why \(id)`")
            }
            return Answer(endOf: job)
        }
    }
}
