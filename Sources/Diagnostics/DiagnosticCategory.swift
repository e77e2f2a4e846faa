/// The kinds of trouble that a script can tell apart by the exit status, which is the raw value.
///
/// The numbers are a promise (`docs/reference/exit-codes.md`): they are never reused for another meaning.
public enum DiagnosticCategory: Int32, Sendable, CaseIterable {
    /// A fault of Chidori itself.
    case internalFault = 1
    /// The command line cannot be understood.
    case usage = 2
    /// A recipe, lock or other input of the user's is wrong.
    case badInput = 3
    /// No set of versions satisfies the requirements.
    case noSolution = 4
    /// An index, file or server cannot be reached, or the machine is told to stay offline.
    case unavailable = 5
    /// An artifact is not what it claims to be: a wrong hash, a hostile or broken archive.
    case badArtifact = 6
    /// The machine refuses: a full disk, a missing permission, a read-only folder.
    case system = 7
    /// Something the work needs is not on this machine: an interpreter, a tool.
    case missingPrerequisite = 8
    /// Stored content no longer has the digest it was stored under.
    case damaged = 9
    /// A recipe's own tests failed in the environment.
    case testsFailed = 10
    /// `env check` found conflicts that the recipe does not accept.
    case conflicts = 11
    /// A job that was waited for failed, or was killed.
    case jobFailed = 12
    /// What was waited for has not come about in the time that was given for it.
    case timedOut = 13
    /// A known vulnerability that the policy does not let through.
    case vulnerable = 14
}
