import Cryptography
public import SystemPackage

/// Virtual environments that hold the Python peers which judge our work, at versions that the tests name.
public enum PythonPeers {
    /// The folder of a virtual environment that has these requirements, each a `name==version`.
    ///
    /// The one that `scripts/setup tests` makes serves where it has them. Otherwise one is made on first use and kept in
    /// `Peer.cache`; packages come from wherever `pip` on this machine takes them, and test processes that ask for the
    /// same environment at once wait for the first.
    public static func environment(requirements: [String]) async throws -> FilePath {
        let prepared = FilePath(Peer.python).removingLastComponent().removingLastComponent()
        if try await holds(prepared, requirements) { return prepared }
        var hasher = SHA256Hasher()
        hasher.update(requirements.joined(separator: "\n"))
        let name = String(hasher.finalize().hex.prefix(16))
        let folder = Peer.cache.appending("environments").appending(name)
        if Peer.has(folder.appending("ready/python").string) { return folder }
        let script = """
            set -e
            mkdir -p "$(dirname "$1")"
            exec 9>"$1.lock"
            flock 9
            test -e "$1/ready" && exit 0
            rm -rf "$1"
            python3 -m venv "$1"
            folder="$1"
            shift
            "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
            ln -s bin "$folder/ready"
            """
        try await Command("sh", ["-c", script, "sh", folder.string] + requirements).run()
        return folder
    }

    /// The interpreter of such an environment.
    public static func python(requirements: [String]) async throws -> String {
        try await environment(requirements: requirements).appending("bin/python").string
    }

    private static func holds(_ folder: FilePath, _ requirements: [String]) async throws -> Bool {
        let python = folder.appending("bin/python").string
        guard Peer.has(python) else { return false }
        let script = """
            import sys, importlib.metadata as m
            try:
                sys.exit(any(m.version(n.split("[")[0]) != v for n, v in (r.split("==") for r in sys.argv[1:])))
            except (m.PackageNotFoundError, ValueError):
                sys.exit(1)
            """
        return try await Command(python, ["-c", script] + requirements).outcome().succeeded
    }
}
