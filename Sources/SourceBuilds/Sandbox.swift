internal import FileSystem
internal import Glibc
internal import Subprocesses
internal import Synchronization
public import SystemPackage

/// How a build is kept from the rest of the machine.
///
/// It sees the system's programs and libraries, the interpreter and the build environment, and may write into one folder;
/// it has no network and no sight of other processes, of homes, of `/tmp` or of the data folder. With that one folder at
/// the same place for every build, what compilers write of paths is the same everywhere.
///
/// The program that makes it is found once, on this process's own path: what a build brings has a path of its own, and
/// must not say who guards it.
public enum Sandbox: Sendable, Equatable {
    /// By bubblewrap, the program at a path: namespaces for files, processes and the network, and no capabilities.
    case bubblewrap(FilePath)
    /// By `unshare` alone: no network and no sight of other processes, but the files of the machine.
    case withoutNetwork(FilePath)
    /// The machine allows neither.
    case none

    /// The folder that may be written to, as a build sees it.
    static let scratch = FilePath("/build")
    /// The build environment, likewise: a place of no machine in particular, for compilers write down where they were.
    static let tree = FilePath("/environment")

    /// What this machine allows; tried once.
    public static func available() -> Sandbox {
        known.withLock { known in
            if let known { return known }
            let found = find()
            known = found
            return found
        }
    }

    private static let known = Mutex<Sandbox?>(nil)

    private static func find() -> Sandbox {
        var candidates: [Sandbox] = []
        if let path = Program.locate("bwrap") { candidates.append(.bubblewrap(path)) }
        if let path = Program.locate("unshare") { candidates.append(.withoutNetwork(path)) }
        for sandbox in candidates {
            let program = sandbox.program(["/usr/bin/true"], scratch: "/usr", readable: [], variables: [:])
            if (try? program.run(timeout: .seconds(60)))?.succeeded == true { return sandbox }
        }
        return .none
    }

    /// What kind it is, for what is built in it differs: paths, and what can be seen.
    public var kind: String {
        switch self {
        case .bubblewrap: "bubblewrap"
        case .withoutNetwork: "unshare"
        case .none: "none"
        }
    }

    /// Where a build sees its own folder.
    func place(of scratch: FilePath) -> FilePath {
        if case .bubblewrap = self { Self.scratch } else { scratch }
    }

    /// Where it sees its environment.
    func place(ofTree tree: FilePath) -> FilePath {
        if case .bubblewrap = self { Self.tree } else { tree }
    }

    /// The program that runs a command in the sandbox.
    ///
    /// - Parameters:
    ///   - command: with paths as the build sees them.
    ///   - scratch: the folder that may be written to.
    ///   - tree: the build environment; none for a program of the system.
    ///   - readable: what it may read beside the system, each at its own place: the interpreter, the packages.
    ///   - variables: its whole environment. What guards it sees none of them.
    func program(
        _ command: [String], scratch: FilePath, tree: FilePath? = nil, readable: [FilePath],
        variables: [String: String]
    ) -> Program {
        let settings = variables.sorted { $0.key < $1.key }
        switch self {
        case .bubblewrap(let path):
            let environment = settings.flatMap { ["--setenv", $0.key, $0.value] }
            return Program(
                path.string, Self.view(scratch, tree, readable) + ["--clearenv"] + environment + ["--"] + command,
                environment: .exactly([:]), in: "/")
        case .withoutNetwork(let path):
            let environment = ["/usr/bin/env", "-i"] + settings.map { "\($0.key)=\($0.value)" }
            return Program(
                path.string,
                ["--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"] + environment + command,
                environment: .exactly([:]), in: scratch)
        case .none:
            return Program(command[0], Array(command.dropFirst()), environment: .exactly(variables), in: scratch)
        }
    }

    /// Folders of the system that programs and libraries lie in.
    private static let system = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"]
    /// What programs read of `/etc`; the rest may hold secrets.
    private static let settings = [
        "alternatives", "debian_version", "group", "java-17-openjdk", "java-21-openjdk", "ld.so.cache", "ld.so.conf",
        "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "os-release", "passwd", "python3", "python3.11",
        "python3.12", "python3.13",
    ]

    private static func view(_ scratch: FilePath, _ tree: FilePath?, _ readable: [FilePath]) -> [String] {
        // A user who is root would keep every capability, and with them could mount the machine anew.
        var words = [
            "--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "chidori",
        ]
        for name in system {
            let path = FilePath("/").appending(name)
            if let target = try? path.linkText() {
                words += ["--symlink", target, path.string]
            } else if path.isFolder {
                words += ["--ro-bind", path.string, path.string]
            }
        }
        for name in settings { words += ["--ro-bind-try", "/etc/\(name)", "/etc/\(name)"] }
        // What is written to /tmp is no memory that nobody counts.
        words += ["--proc", "/proc", "--dev", "/dev", "--bind-try", scratch.appending("tmp").string, "/tmp"]
        for path in readable { words += ["--ro-bind", path.string, path.string] }
        if let tree { words += ["--ro-bind", tree.string, Self.tree.string] }
        words += ["--bind", scratch.string, Self.scratch.string]
        return words + ["--remount-ro", "/", "--chdir", Self.scratch.string]
    }
}
