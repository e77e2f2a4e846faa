internal import ArgumentParser
internal import Diagnostics
internal import JobModel

/// `chidori job`: jobs of a server.
struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Submit jobs, follow and steer them.",
        discussion: """
            Examples:
              chidori job submit --environment features train.py -- --rate 0.5
              chidori job wait $(chidori job submit train.py)
              chidori job logs -f 01m80ys0kzeasnes75wqcd1vj1
            """,
        subcommands: [
            JobSubmitCommand.self, JobListCommand.self, JobShowCommand.self, JobLogsCommand.self, JobWaitCommand.self,
            JobKillCommand.self, JobSuspendCommand.self, JobResumeCommand.self, JobRetryCommand.self,
            JobWhyCommand.self,
            JobHistoryCommand.self,
        ])
}

/// A job's id as somebody typed it.
func jobID(_ text: String) throws -> JobID {
    guard let id = JobID(text) else {
        throw JobCommandError(
            .noID, text, "is no job's id",
            advice: "`chidori job list` shows the ids of jobs, 26 letters and digits each")
    }
    return id
}

typealias JobCommandError = Failure<JobCommandErrorCode>

enum JobCommandErrorCode: FailureCode {
    case noID
    /// An option, or a file of a request, that says what cannot be.
    case request
    /// It was waited for long enough.
    case late

    var category: DiagnosticCategory {
        switch self {
        case .noID, .request: .badInput
        case .late: .timedOut
        }
    }
}
