internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import Recipes
internal import Subprocesses
internal import SystemPackage

/// A repository's branches, tags and commits as they were last fetched, in the data folder. Functions block.
///
/// git runs with the user's own configuration, which holds their credentials; a URL with credentials reaches it through
/// the environment alone, and no message shows them.
struct GitMirror {
    private let url: String
    private let path: FilePath
    private let isOffline: Bool

    init(of url: String, in data: FilePath, isOffline: Bool) {
        self.url = url
        self.isOffline = isOffline
        path = data.appending("git").appending(String(SHA256Digest(of: url).hex.prefix(32)))
    }

    /// The commit that a revision names, fetched where it is not there or may have moved.
    ///
    /// - Parameter revision: a branch, tag or commit; the default branch's head if `nil`.
    /// - Throws: ``BuilderError`` (`unreadable`, `offline`).
    func commit(of revision: String?) throws -> String {
        if let revision, Self.isCommit(revision), (try? has(revision)) == true { return revision }
        guard !isOffline else {
            throw BuilderError(
                .offline, subject,
                "must be asked what \(revision ?? "its default branch") is, and nothing may be asked",
                advice: "work online once, or name a commit that was fetched before")
        }
        try fetch()
        for name in revision.map({ ["refs/tags/\($0)", "refs/heads/\($0)", $0] }) ?? [] {
            if let commit = try? git(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(name)^{commit}"]) {
                return commit
            }
        }
        // A default branch, a pull request's head, a commit that no branch has.
        do {
            try git(["fetch", "--quiet", "--end-of-options", "origin", revision ?? "HEAD"])
        } catch let error as SubprocessError {
            throw BuilderError(
                .unreadable, subject, "has no \(revision ?? "HEAD"): \(readable(error))",
                advice: "give a branch, tag or commit that is there (`@v1.0`)")
        }
        return try git(["rev-parse", "--verify", "FETCH_HEAD^{commit}"])
    }

    /// Brings a commit, if it is not there.
    func bring(_ commit: String) throws {
        if (try? has(commit)) == true { return }
        _ = try self.commit(of: commit)
    }

    /// Checks a commit out with its repository beside it, since many projects ask git for their version; submodules
    /// too, which may need the network.
    func checkOut(_ commit: String, to folder: FilePath) throws {
        try bring(commit)
        try run(["clone", "--quiet", "--no-checkout", "--no-hardlinks", "--", path.string, folder.string], in: nil)
        try run(["remote", "set-url", "origin", withoutCredentials(url)], in: folder)
        try run(["-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit], in: folder)
        if folder.appending(".gitmodules").isThere {
            try run(["submodule", "--quiet", "update", "--init", "--recursive"], in: folder)
        }
    }

    /// A file as a commit has it; `nil` where it has none.
    func contents(of file: String, at commit: String) throws -> [UInt8]? {
        try bring(commit)
        let outcome = try program(["cat-file", "blob", "\(commit):\(file)"], in: path).run(timeout: .seconds(60))
        return outcome.succeeded ? outcome.output : nil
    }

    private func has(_ commit: String) throws -> Bool {
        _ = try git(["cat-file", "-e", "\(commit)^{commit}"])
        return true
    }

    private func fetch() throws {
        if !path.appending("HEAD").isThere {
            try path.makeFolders()
            try run(["init", "--quiet", "--bare", path.string], in: nil)
        }
        do {
            try git([
                "fetch", "--quiet", "--force", "--prune", "origin", "+refs/heads/*:refs/heads/*",
                "+refs/tags/*:refs/tags/*",
            ])
        } catch let error as SubprocessError where error.code == .failed {
            throw BuilderError(
                .unreadable, subject, "cannot be fetched: \(readable(error))",
                advice: "check the URL, and that `git ls-remote` may read it from here", cause: error)
        }
    }

    @discardableResult
    private func git(_ arguments: [String]) throws -> String {
        try run(arguments, in: path)
    }

    @discardableResult
    private func run(_ arguments: [String], in folder: FilePath?) throws -> String {
        let output = try program(arguments, in: folder).output(timeout: .seconds(3600))
        return String(decoding: output, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    }

    private func program(_ arguments: [String], in folder: FilePath?) -> Program {
        let place = folder.map { ["-C", $0.string] } ?? []
        return Program(
            "git", place + arguments,
            environment: .inherited([
                "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file", "GIT_DIR": nil,
                "GIT_WORK_TREE": nil, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "remote.origin.url",
                "GIT_CONFIG_VALUE_0": url,
            ]), in: "/")
    }

    private func readable(_ error: SubprocessError) -> String {
        error.message.replacing(url, with: withoutCredentials(url))
    }

    private var subject: String { withoutCredentials(url) }

    private static func isCommit(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}

extension FilePath {
    fileprivate var isThere: Bool { (try? FileDescriptor.open(self, .readOnly).close()) != nil }
}
