internal import FileSystem
internal import Glibc
internal import Subprocesses
internal import Synchronization
internal import SystemPackage

/// How a build is kept from the rest of the machine.
///
/// It sees the system's programs and libraries, the interpreter and the build environment, and may write into one folder;
/// it has no network and no sight of other processes, of homes, of `/tmp` or of the data folder. With that one folder at
/// the same place for every build, what compilers write of paths is the same everywhere.
public enum Sandbox: Sendable, Equatable {
    /// By bubblewrap: namespaces for files, processes and the network.
    case bubblewrap
    /// By `unshare` alone: no network, but the files of the machine.
    case withoutNetwork
    /// The machine allows neither.
    case none

    /// The folder that may be written to, as a build sees it.
    static let scratch = FilePath("/build")

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
        let folder = FilePath("/usr")
        for sandbox in [Sandbox.bubblewrap, .withoutNetwork] {
            let program = sandbox.program(["/usr/bin/true"], scratch: folder, readable: [], variables: [:])
            if (try? program.run(timeout: .seconds(20)))?.succeeded == true { return sandbox }
        }
        return .none
    }

    /// Where a build sees its own folder.
    func place(of scratch: FilePath) -> FilePath {
        self == .bubblewrap ? Self.scratch : scratch
    }

    /// The program that runs a command in the sandbox.
    ///
    /// - Parameters:
    ///   - command: with paths as the build sees them.
    ///   - scratch: the folder that may be written to.
    ///   - readable: what it may read beside the system: the interpreter's folder, the packages.
    ///   - variables: its whole environment.
    func program(
        _ command: [String], scratch: FilePath, readable: [FilePath], variables: [String: String]
    ) -> Program {
        switch self {
        case .bubblewrap:
            Program(
                "bwrap", Self.view(scratch, readable) + ["--"] + command, environment: .exactly(variables), in: "/")
        case .withoutNetwork:
            Program(
                "unshare", ["--map-root-user", "--net"] + command, environment: .exactly(variables), in: scratch)
        case .none:
            Program(command[0], Array(command.dropFirst()), environment: .exactly(variables), in: scratch)
        }
    }

    /// Folders of the system that programs and libraries lie in.
    private static let system = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt", "nix"]
    /// What programs read of `/etc`; the rest may hold secrets.
    private static let settings = [
        "alternatives", "debian_version", "group", "java-17-openjdk", "java-21-openjdk", "ld.so.cache", "ld.so.conf",
        "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "os-release", "passwd", "python3", "python3.11",
        "python3.12", "python3.13",
    ]

    private static func view(_ scratch: FilePath, _ readable: [FilePath]) -> [String] {
        var words = ["--unshare-all", "--die-with-parent", "--new-session", "--hostname", "chidori"]
        for name in system {
            let path = FilePath("/").appending(name)
            if let target = try? path.linkText() {
                words += ["--symlink", target, path.string]
            } else if path.isFolder {
                words += ["--ro-bind", path.string, path.string]
            }
        }
        for name in settings { words += ["--ro-bind-try", "/etc/\(name)", "/etc/\(name)"] }
        words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        for path in readable { words += ["--ro-bind", path.string, path.string] }
        words += ["--bind", scratch.string, Self.scratch.string]
        return words + ["--remount-ro", "/", "--chdir", Self.scratch.string]
    }
}
