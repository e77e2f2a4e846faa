/// How a program ended and what it printed.
public struct ProgramOutcome: Sendable, Equatable {
    public enum Ending: Sendable, Equatable {
        case exited(status: Int32)
        case signalled(Int32)
    }

    public var ending: Ending
    /// Standard output, up to the limit that was asked for.
    public var output: [UInt8]
    /// The end of standard error, at most 64 KiB: where programs say why they stopped.
    public var errors: [UInt8]

    public var succeeded: Bool { ending == .exited(status: 0) }
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
}
