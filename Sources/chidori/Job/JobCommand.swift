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

/// A job's id as somebody typed it: a whole one, since those of one minute begin alike.
func jobID(_ text: String) throws -> JobID {
    if let id = JobID(text) { return id }
    let missing = 26 - text.count
    if !text.isEmpty, missing > 0, JobID(text + String(repeating: "0", count: missing)) != nil {
        throw JobCommandError(
            .noID, text,
            "is a part of a job's id, and the whole is needed: \(missing) of 26 letters and digits are missing",
            advice: "`chidori job list` shows whole ids")
    }
    throw JobCommandError(
        .noID, text, "is no job's id",
        advice:
            "`chidori job list` shows the ids of jobs, 26 letters and digits each; with --text it finds jobs by name")
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
