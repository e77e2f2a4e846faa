public import Preflight

/// What happens while an environment is made, for progress bars and JSON lines. Events may come from any thread.
public enum BuildEvent: Sendable {
    /// A stage begins, such as "resolving" or "layers", with the number of things it has to do where that is known.
    case began(Stage, total: Int?)
    /// One thing of a stage is done: a project read, a package unpacked, a layer written.
    case advanced(Stage, by: Int, subject: String)
    /// A stage that counts many small things has come this far.
    case progressed(Stage, done: Int, total: Int)
    /// A stage has ended, after this many seconds.
    case ended(Stage, seconds: Double)
    /// A download moved on: bytes so far, and the whole size where the server tells it.
    case downloading(file: String, received: UInt64, size: UInt64?)
    /// A download is complete and verified.
    case downloaded(file: String, size: UInt64)
    /// A blob is on its way to a registry: bytes so far, and all of it.
    case uploading(file: String, sent: UInt64, size: UInt64)
    /// A registry has a blob that it lacked before.
    case uploaded(file: String, size: UInt64)
    /// A lock was made or renewed on the way, and what that changed; `nil` where there was none before.
    case locked(path: String, packages: Int, jars: Int, EnvironmentDifference?)
    /// Something for a person who asked to be told more.
    case detail(String)
    /// Something a person should know that stops nothing.
    case warning(String)
    /// What preflight has found, with its gravity.
    case found(Finding.Severity, String)
    /// A wheel was made of a source already when its lock was made, to learn what it needs; and where the log is.
    case built(source: String, log: String)
    /// A source's build has ended, well or not, and what it printed is in this file until the next one begins.
    case printed(source: String, log: String)
    /// A longer wait for another process, with what it waits for.
    case waiting(String)

    /// The stages of making an environment, in the order they come.
    public enum Stage: String, Sendable, CaseIterable {
        case resolving
        case fetching
        /// Making wheels of source distributions.
        case building
        case describing
        case compiling
        case unpacking
        case linking
        case base
        case layers
        case image
        case archive
        case verifying
        /// Unpacking an image to run its tests.
        case testing
    }
}

/// Takes events as they happen. Must be quick: it runs on the thread that does the work.
public typealias BuildObserver = @Sendable (BuildEvent) -> Void
