internal import FileSystem
internal import Glibc
internal import ImageSpec
internal import Subprocesses
internal import Synchronization
internal import SystemPackage

/// How a program of an unpacked image runs on this machine, without a container's runtime: with the image's files for its
/// root and the image's variables, and as far from everything else as the machine allows.
///
/// The program that makes it is found on this process's own path, since an image's is its own.
enum ImageContainer: Sendable, Equatable {
    /// By bubblewrap, the program at a path: no network but a loopback of its own, a root that cannot be written to.
    ///
    /// - processes: whether it sees its own processes alone. Inside of another container that hides parts of `/proc`, as
    ///   runners of CI often are, no new one can be mounted.
    case bubblewrap(FilePath, processes: Bool)
    /// By `chroot`, where this process is root without the right to make namespaces, as in an unprivileged container: what
    /// keeps that one from the machine keeps the program too. It runs as the image's user, or as nobody where that is
    /// root, with the container's network.
    case changedRoot(FilePath)

    /// The container's own name for its host.
    static let hostName = "container"
    /// A user without rights, Debian's `nobody`.
    private static let nobody = "65534:65534"

    /// What this machine allows; tried once.
    ///
    /// - Throws: ``BuilderError`` (`noContainer`), which tells what was tried and what came of it.
    static func available() throws -> ImageContainer {
        if let found = known.withLock(\.self) { return found }
        var troubles: [String] = []
        for container in candidates() {
            let program = container.program(["/bin/true"], root: "/", ImageConfiguration.none)
            do {
                let outcome = try program.run(timeout: .seconds(60))
                if outcome.succeeded {
                    known.withLock { $0 = container }
                    return container
                }
                let said = outcome.errorText.split(separator: "\n").first.map(String.init)
                troubles.append(said ?? "\(program.program): \(outcome.ending)")
            } catch let error as SubprocessError {
                troubles.append(error.message)
            }
        }
        let tried = troubles.isEmpty ? "there is no bubblewrap" : troubles.joined(separator: "; ")
        throw BuilderError(
            .noContainer, subject: "this machine", message: "has no means to run an image's programs (\(tried))",
            advice:
                "install bubblewrap (`apt-get install bubblewrap`) and allow unprivileged user namespaces, or run as root, "
                + "also in a container; or have the tests run in a folder of the environment instead (--test-in folder)"
        )
    }

    private static let known = Mutex<ImageContainer?>(nil)

    private static func candidates() -> [ImageContainer] {
        var all: [ImageContainer] = []
        if let path = Program.locate("bwrap") {
            all += [.bubblewrap(path, processes: true), .bubblewrap(path, processes: false)]
        }
        if geteuid() == 0, let path = Program.locate("chroot") { all.append(.changedRoot(path)) }
        return all
    }

    /// What has to be done to the image's files before.
    func prepare(_ root: FilePath) throws {
        guard case .changedRoot = self else { return }
        // Nothing can be mounted there.
        for (name, minor) in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)]
            as [(String, UInt64)]
        {
            let place = root.appending("dev").appending(name)
            guard mknod(place.string, S_IFCHR | 0o666, dev_t(1 << 8 | minor)) == 0 || errno == EEXIST,
                chmod(place.string, 0o666) == 0
            else {
                let error = Errno(rawValue: errno)
                throw BuilderError(
                    .noContainer, subject: place.string, message: "cannot be made: \(error)",
                    advice:
                        "install bubblewrap, or have the tests run in a folder of the environment (--test-in folder)")
            }
        }
    }

    /// The program that runs a command in the container.
    ///
    /// - Parameters:
    ///   - command: with paths as it sees them, or a name on the image's `PATH`.
    ///   - root: the image's files.
    func program(_ command: [String], root: FilePath, _ configuration: ImageConfiguration) -> Program {
        var variables: [String: String] = ["HOME": "/tmp"]
        for entry in configuration.environment {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        switch self {
        case .bubblewrap(let path, let hasProcesses):
            let (user, group) = configuration.numericUser ?? ("0", "0")
            var words = [
                "--unshare-user", "--uid", user, "--gid", group, "--unshare-ipc", "--unshare-uts", "--unshare-net",
                "--unshare-cgroup-try", "--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname",
                Self.hostName, "--ro-bind", root.string, "/",
            ]
            words += hasProcesses ? ["--unshare-pid", "--proc", "/proc"] : ["--ro-bind", "/proc", "/proc"]
            words += [
                "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", configuration.workingDirectory ?? "/", "--clearenv",
            ]
            words += variables.sorted { $0.key < $1.key }.flatMap { ["--setenv", $0.key, $0.value] }
            return Program(path.string, words + ["--"] + command, environment: .exactly([:]), in: "/")
        case .changedRoot(let path):
            // Without namespaces the container's root would be this machine's.
            let numbers = configuration.numericUser.flatMap { UInt32($0.id) == 0 || UInt32($0.group) == 0 ? nil : $0 }
            let user = numbers.map { "\($0.id):\($0.group)" } ?? Self.nobody
            return Program(
                path.string, ["--userspec=\(user)", "--groups=", root.string] + command,
                environment: .exactly(variables), in: "/")
        }
    }
}

extension ImageConfiguration {
    fileprivate static let none = ImageConfiguration(platform: Platform(machine: ""))

    /// The user that the image's programs run as, where it is told by its numbers.
    fileprivate var numericUser: (id: String, group: String)? {
        let parts = (user ?? "").split(separator: ":").map(String.init)
        guard let id = parts.first, parts.count <= 2, parts.allSatisfy({ UInt32($0) != nil }) else { return nil }
        return (id, parts.count == 2 ? parts[1] : id)
    }
}
