public import SystemPackage

/// Another program to run: where it is, its arguments, environment and folder. No shell is ever between.
///
/// ``run(input:outputLimit:timeout:)`` blocks its thread until the program has ended; asynchronous callers enter
/// through `Workers`.
public struct Program: Sendable, Equatable {
    /// A path, or a name that is looked up on the `PATH` that the program will see.
    public var program: String
    public var arguments: [String]
    public var environment: Environment
    /// Where it runs; this process's folder if `nil`.
    public var folder: FilePath?

    /// The variables that the program sees.
    public enum Environment: Sendable, Equatable {
        /// This process's own, with these changed; `nil` takes one away.
        case inherited([String: String?])
        /// These and no others.
        case exactly([String: String])
    }

    public init(
        _ program: String, _ arguments: [String] = [], environment: Environment = .inherited([:]),
        in folder: FilePath? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
    }

    /// The command as a person would type it, for messages.
    public var line: String {
        ([program] + arguments).map(Self.quoted).joined(separator: " ")
    }

    /// The path of a program: itself if it has a slash, else the first match on this process's `PATH`; `nil` where
    /// there is no such executable file.
    public static func locate(_ program: String) -> FilePath? {
        locate(program, onPath: currentEnvironment()["PATH"])
    }

    static func locate(_ program: String, onPath path: String?) -> FilePath? {
        if program.utf8.contains(UInt8(ascii: "/")) {
            return isExecutable(program) ? FilePath(program) : nil
        }
        let path = path ?? "/usr/local/bin:/usr/bin:/bin"
        // Some systems leave the administrator's folders out of a user's PATH.
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
            let candidate = "\(folder)/\(program)"
            if isExecutable(candidate) { return FilePath(candidate) }
        }
        return nil
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                return true
            default: return "-_./=:,@%+~".utf8.contains(byte)
            }
        }
        guard !plain || word.isEmpty else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
