/// Why an attempt, or a job, came to its end.
public enum EndReason: String, CaseIterable, Sendable {
    /// The program ended with 0.
    case completed
    /// The program ended with another status.
    case error
    /// The program was ended by a signal that was not ours.
    case signal
    /// It took more memory than it may.
    case outOfMemory
    /// It ran longer than it may.
    case deadlineExceeded
    /// It took more processor time than it may.
    case cpuExceeded
    /// Somebody killed the job.
    case killed
    /// Somebody put the job aside.
    case suspended
    /// The room was needed for another job.
    case preempted
    /// Nothing lives, and nobody recorded an end.
    case lost
    /// The driver could not be started.
    case launchFailed
    /// The environment could not be made.
    case environmentFailed
    /// A job that it depends on did not end as it should.
    case dependencyFailed
    /// Another task of the job failed, and that ends all.
    case aborted
    /// Another task of the job failed, and all are started again.
    case restarted
    /// Another task's end completed the job.
    case complete

    /// Ends that follow from what was decided about the job, and say nothing of the program.
    public static let decided: Set<EndReason> = [.killed, .suspended, .aborted, .restarted, .complete]

    /// Reasons that say nothing against the job itself: what is tried again where nothing else was asked for.
    public static let infrastructural: Set<EndReason> = [.lost, .launchFailed, .preempted]
}
