internal import ContentStore
internal import Cryptography
internal import FoundationEssentials
internal import Subprocesses
internal import SystemPackage

/// Builds a root file system from the files of a lock with `mmdebstrap`.
struct DebianBuilder {
    let store: ContentStore

    /// Packages are unpacked and configured from a repository that holds just the lock's files; the standard library is
    /// compiled, and Java's keystore made anew; the result is put in canonical form.
    ///
    /// - Parameter scratch: an empty folder, which takes up to 400 MB.
    func build(_ lock: BaseLock, _ architecture: DebianArchitecture, scratch: FilePath) throws -> RootFileSystem {
        let part = try lock.part(architecture)
        let repository = try LocalRepository(
            in: scratch.appending("packages"), packages: part.packages, file: { store.blobPath($0.digest) })
        let temporary = scratch.appending("tmp")
        try FileManager.default.createDirectory(atPath: temporary.string, withIntermediateDirectories: true)
        let tar = scratch.appending("root.tar")
        let script = scratch.appending("compile.py")
        try Data((StandardLibrary.compileScript + JavaKeystore.canonicalScript).utf8).write(
            to: URL(filePath: script.string))

        let program = Program(
            "mmdebstrap",
            [
                "--quiet", "--variant=essential", "--format=tar", "--architectures=\(architecture.rawValue)",
                "--setup-hook=\(Self.mergeUsr(architecture))",
                "--customize-hook=\(Self.compile(lock.python, script))",
                "--include=\(part.packages.map(\.name).joined(separator: ","))", "", tar.string, repository.source,
            ],
            environment: .exactly([
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "HOME": "/nonexistent", "SOURCE_DATE_EPOCH": String(part.epoch),
                "TMPDIR": temporary.string,
            ]))
        do {
            _ = try program.output()
        } catch let error as SubprocessError where error.code == .failed {
            throw BaseError(
                .buildFailed, lock.name, "could not be built: \(error)",
                advice:
                    "run as root; or let your user have subordinate ids (`apt-get install uidmap`, and a line in /etc/subuid and /etc/subgid: mmdebstrap(1), mode unshare); or use an image as the base: oci:FOLDER:TAG",
                cause: error)
        }
        let rules = CanonicalRules(exclude: lock.exclude, include: lock.include, epoch: part.epoch)
        var root = try RootFileSystem(tar: tar, rules: rules, scratch: scratch.appending("content"))
        try rules.apply(to: &root)
        return root
    }

    /// Whether this machine can build it, before anything is fetched.
    func check(_ lock: BaseLock, _ architecture: DebianArchitecture) throws {
        for program in ["mmdebstrap", "dpkg-deb", "apt-get"] where Program.locate(program) == nil {
            throw BaseError(
                .missingProgram, program, "is needed to build \(lock.name) and is not on this machine",
                advice: "install it (`apt-get install mmdebstrap`), or use an image as the base: oci:FOLDER:TAG")
        }
        guard architecture != DebianArchitecture.host else { return }
        let runs = try? Program("arch-test", [architecture.rawValue]).run().succeeded
        guard runs == true else {
            throw BaseError(
                .platform, lock.name,
                "cannot be built for \(architecture.rawValue) here: its packages' scripts do not run on this machine",
                advice:
                    "build on \(architecture.rawValue), install qemu-user-static and arch-test, or use an image as the base: oci:FOLDER:TAG"
            )
        }
    }

    /// `/bin` and its like are links into `/usr` before anything is unpacked, as on every new Debian.
    private static func mergeUsr(_ architecture: DebianArchitecture) -> String {
        let folders = architecture == .amd64 ? "bin sbin lib lib64" : "bin sbin lib"
        return #"for d in \#(folders); do mkdir -p "$1/usr/$d" && ln -s "usr/$d" "$1/$d"; done"#
    }

    private static func compile(_ python: String, _ script: FilePath) -> String {
        let quoted =
            "'" + script.string.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
            + "'"
        return #"PYTHONHASHSEED=0 chroot "$1" \#(python) -I -S -B - < \#(quoted)"#
    }
}
