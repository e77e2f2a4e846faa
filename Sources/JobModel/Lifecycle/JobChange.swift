/// What is written about jobs. Several that belong together are written in one transaction.
public enum JobChange: Hashable, Sendable {
    /// A row of its own, and the job's state, reason and times with it.
    case transition(Transition)
    /// An attempt as it now is, whether it was known or not.
    case attempt(Attempt)
    case intent(JobID, Job.Intent?)
    case round(JobID, Int)
    /// When the first driver of the job ran, as far as that counts: suspending and restarting begin anew.
    case started(JobID, Moment?)
    /// The environment that a group of the job is admitted with, by its id.
    case environment(JobID, group: String, id: String)
}
