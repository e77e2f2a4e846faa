internal import Subprocesses
internal import SystemPackage

/// What a git repository that somebody works in tells of its history. Nothing is fetched or changed. Functions block.
struct GitHistory {
    /// The top of the work tree, without links.
    let root: FilePath

    /// - Parameter folder: somewhere in the repository.
    /// - Throws: ``BuilderError`` (`unreadable`) where it is in none, or in one that git does not touch for this user.
    init(of folder: FilePath) throws {
        let outcome = try Self.program(["rev-parse", "--show-toplevel"], in: folder).run(timeout: .seconds(60))
        let text = outcome.outputText.prefix { $0 != "\n" }
        guard outcome.succeeded, !text.isEmpty else {
            throw BuilderError(
                .unreadable, folder.string, "cannot be asked for what has changed: \(Self.readable(outcome))",
                advice: "run it in a clone of a git repository, or leave --changed-since out to release everything")
        }
        root = FilePath(String(text))
    }

    /// What has changed since the present state and a revision parted, whether it was committed or not.
    ///
    /// - Parameter revision: a branch, tag or commit, or anything else that git takes for one.
    /// - Throws: ``BuilderError`` (`unreadable`) where there is no such revision, or too little history to tell.
    func changes(since revision: String) throws -> ChangedPaths {
        let found = try run(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(revision)^{commit}"])
        guard found.succeeded, let commit = Self.lines(found).first else {
            throw BuilderError(
                .unreadable, revision, "is no revision that \(root) knows",
                advice: try deepened(or: "name a branch, tag or commit that is there: `git log` shows them"))
        }
        let parted = try run(["merge-base", commit, "HEAD"])
        guard parted.succeeded, let base = Self.lines(parted).first else {
            throw BuilderError(
                .unreadable, revision, "has no history in common with what is checked out in \(root)",
                advice: try deepened(or: "name a revision that this one comes from"))
        }
        let tracked = try output(["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base, "--"])
        let untracked = try output(["ls-files", "--others", "--exclude-standard", "-z"])
        return ChangedPaths((tracked + untracked).split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }

    /// CI often fetches the last commit alone.
    private func deepened(or advice: String) throws -> String {
        let isShallow = Self.lines(try run(["rev-parse", "--is-shallow-repository"])).first == "true"
        return isShallow
            ? "this clone has the newest commits alone: fetch all of its history (`git fetch --unshallow`; in CI a checkout "
                + "of full depth)" : advice
    }

    private func output(_ arguments: [String]) throws -> [UInt8] {
        let outcome = try run(arguments)
        guard outcome.succeeded else {
            throw BuilderError(
                .unreadable, root.string, "cannot be asked for what has changed: \(Self.readable(outcome))",
                advice: "see what `git \(arguments.joined(separator: " "))` says there")
        }
        return outcome.output
    }

    private func run(_ arguments: [String]) throws -> ProgramOutcome {
        try Self.program(arguments, in: root).run(timeout: .seconds(600))
    }

    /// git as its user runs it, but for what another git has set for its own repository, such as a hook's.
    private static func program(_ arguments: [String], in folder: FilePath) -> Program {
        let changes: [String: String?] = [
            "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_DIR": nil, "GIT_WORK_TREE": nil,
            "GIT_INDEX_FILE": nil, "GIT_OBJECT_DIRECTORY": nil, "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil,
            "GIT_COMMON_DIR": nil, "GIT_PREFIX": nil, "GIT_NAMESPACE": nil, "LC_ALL": "C",
        ]
        return Program(
            "git",
            [
                "-C", folder.string, "-c", "core.fsmonitor=false", "-c", "diff.relative=false",
                // A folder of what is checked out that looks like a repository is none.
                "-c", "safe.bareRepository=explicit",
            ] + arguments, environment: .inherited(changes), in: "/")
    }

    private static func lines(_ outcome: ProgramOutcome) -> [String] {
        outcome.outputText.split(separator: "\n").map(String.init)
    }

    private static func readable(_ outcome: ProgramOutcome) -> String {
        let lines = outcome.errorText.split(separator: "\n")
        let first = lines.first.map(String.init) ?? "git ends with \(outcome.ending)"
        return first.hasPrefix("fatal: ") ? String(first.dropFirst("fatal: ".count)) : first
    }
}
