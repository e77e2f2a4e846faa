public import SystemPackage

/// What a build runs in: a tree with the interpreter and everything that the backend needs.
public struct BuildEnvironment: Sendable, Equatable {
    /// The folder that has `bin/python`.
    public var tree: FilePath
    /// What its links lead to: the folder of packages, the interpreter's installation.
    public var readable: [FilePath]

    public init(tree: FilePath, readable: [FilePath]) {
        self.tree = tree
        self.readable = readable
    }

    /// The variables that a build sees, and no others: nothing of the person who builds, nothing that changes.
    ///
    /// - Parameters:
    ///   - tree: the environment, as it sees it.
    ///   - scratch: the folder that it may write to, likewise.
    ///   - epoch: seconds since 1970 that stand for "now" (reproducible-builds.org, SOURCE_DATE_EPOCH).
    func variables(tree: FilePath, scratch: FilePath, epoch: Int64) -> [String: String] {
        [
            "PATH": "\(tree)/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "\(scratch)/home", "TMPDIR": "\(scratch)/tmp",
            "LANG": "C.UTF-8", "TZ": "UTC", "SOURCE_DATE_EPOCH": String(epoch), "ZERO_AR_DATE": "1",
            "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1",
            "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        ]
    }
}
