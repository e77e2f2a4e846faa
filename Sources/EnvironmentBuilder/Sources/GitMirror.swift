internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import Glibc
internal import Recipes
internal import Subprocesses
internal import SystemPackage

/// A repository's branches, tags and commits as they were last fetched, in the data folder, one process at a time.
/// Functions block.
///
/// git runs with the user's own configuration, which holds their credentials. Those of a URL reach git through the
/// environment alone, as another spelling of the URL without them (`url.….insteadOf`): no configuration that a build sees,
/// and no message, ever holds them.
///
/// For a foreign input git runs without that configuration and without anything else that could make it somebody, over
/// HTTP alone, and with mirrors apart: what the user fetched with their credentials is not for others.
struct GitMirror {
    /// With credentials, if the recipe has some.
    private let url: String
    /// As locks have it; what the mirror is known by.
    private let location: String
    private let name: String
    private let path: FilePath
    private let store: ContentStore
    private let isOffline: Bool
    private let isForeign: Bool

    /// - Parameters:
    ///   - url: with credentials, if there are some.
    ///   - location: the same without.
    init(of url: String, knownAs location: String, in store: ContentStore, for settings: BuilderSettings) {
        self.url = url
        self.location = location
        self.store = store
        isOffline = settings.offline
        isForeign = settings.isForeign
        let name = isForeign ? "foreign \(location)" : location
        self.name = String(SHA256Digest(of: name).hex.prefix(32))
        path = store.mirrorPath(self.name)
    }

    /// What is made of its commits is apart too.
    var kind: String { isForeign ? "foreign git" : "git" }

    /// The commit that a revision names, fetched where it is not there or may have moved.
    ///
    /// - Parameter revision: a branch, tag or commit; the default branch's head if `nil`.
    /// - Throws: ``BuilderError`` (`unreachable`, `unreadable`, `offline`).
    func commit(of revision: String?) throws -> String {
        try store.spare([.mirror(name)])
        if let revision, Self.isCommit(revision), has(revision) { return revision }
        guard !isOffline else {
            throw BuilderError(
                .offline, location,
                "must be asked what \(revision ?? "its default branch") is, and nothing may be asked",
                advice: "work online once, or name a commit that was fetched before")
        }
        return try alone {
            try fetch()
            for name in revision.map({ ["refs/tags/\($0)", "refs/heads/\($0)", $0] }) ?? [] {
                if let commit = try? git(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(name)^{commit}"]) {
                    return commit
                }
            }
            // A default branch, a pull request's head, a commit that no branch has.
            do {
                try git(["fetch", "--quiet", "--end-of-options", "origin", "+\(revision ?? "HEAD"):\(Self.wanted)"])
            } catch let error as SubprocessError {
                throw BuilderError(
                    .unreadable, location, "has no \(revision ?? "HEAD"): \(readable(error))",
                    advice: "give a branch, tag or commit that is there (`@v1.0`)")
            }
            return try git(["rev-parse", "--verify", "\(Self.wanted)^{commit}"])
        }
    }

    private static let wanted = "refs/chidori/wanted"

    /// The commit that a branch or tag has in the repository at this moment, which is asked and nothing fetched; `nil` for
    /// a revision that is a commit itself.
    ///
    /// - Throws: ``BuilderError`` (`unreachable`, `unreadable`, `offline`).
    func commitNow(of revision: String?) throws -> String? {
        if let revision, Self.isCommit(revision) { return nil }
        guard !isOffline else {
            throw BuilderError(
                .offline, location,
                "is not asked for its \(revision ?? "default branch"): the machine is to stay offline")
        }
        let names = revision.map { ["refs/tags/\($0)^{}", "refs/tags/\($0)", "refs/heads/\($0)", $0] } ?? ["HEAD"]
        let output: [UInt8]
        do {
            output = try program(["ls-remote", "--quiet", "--", location] + names, in: nil, protocols: own)
                .output(timeout: .seconds(60))
        } catch let error as SubprocessError where [.failed, .timedOut].contains(error.code) {
            throw unreachable(error, "cannot be asked")
        }
        var found: [Substring: Substring] = [:]
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: "\t")
            if words.count == 2 { found[words[1]] = words[0] }
        }
        if let commit = names.lazy.compactMap({ found[$0[...]] }).first { return String(commit) }
        // A commit's first digits, which git knows from what it has fetched.
        if let revision, revision.count >= 4, revision.allSatisfy(\.isHexDigit) { return nil }
        throw BuilderError(
            .unreadable, location, "has no \(revision ?? "default branch") any more",
            advice: "give a branch, tag or commit that is there (`@v1.0`)")
    }

    /// Brings a commit, if it is not there.
    func bring(_ commit: String) throws {
        try store.spare([.mirror(name)])
        if !has(commit) { _ = try self.commit(of: commit) }
        // What is used is not pruned.
        try? path.touch()
    }

    /// Checks a commit out with its repository beside it, since many projects ask git for their version; submodules
    /// too, which may need the network.
    func checkOut(_ commit: String, to folder: FilePath) throws {
        try bring(commit)
        try alone {
            _ = try run(
                ["clone", "--quiet", "--no-checkout", "--no-hardlinks", "--", path.string, folder.string], in: nil,
                protocols: "file")
        }
        try run(["remote", "set-url", "origin", location], in: folder)
        try run(["-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit], in: folder)
        if folder.appending(".gitmodules").isThere {
            try run(["submodule", "--quiet", "update", "--init", "--recursive"], in: folder, protocols: submodules)
        }
    }

    /// A file as a commit has it; `nil` where it has none.
    func contents(of file: String, at commit: String) throws -> [UInt8]? {
        try bring(commit)
        let outcome = try program(["cat-file", "blob", "\(commit):\(file)"], in: path, protocols: "")
            .run(timeout: .seconds(60))
        return outcome.succeeded ? outcome.output : nil
    }

    private func has(_ commit: String) -> Bool {
        path.appending("HEAD").isThere && (try? git(["cat-file", "-e", "\(commit)^{commit}"])) != nil
    }

    private func fetch() throws {
        try removeLeftLocks(in: path)
        if !path.appending("HEAD").isThere {
            try path.makeFolders()
            try run(["init", "--quiet", "--bare", path.string], in: nil)
        }
        try git(["config", "remote.origin.url", location])
        do {
            try git([
                "fetch", "--quiet", "--force", "--prune", "origin", "+refs/heads/*:refs/heads/*",
                "+refs/tags/*:refs/tags/*",
            ])
        } catch let error as SubprocessError where error.code == .failed {
            throw unreachable(error, "cannot be fetched")
        }
    }

    /// Locks of a git that was killed would stop every later one. Nobody else is here now (``alone(_:)``).
    private func removeLeftLocks(in folder: FilePath) throws {
        guard folder.isThere else { return }
        for entry in try folder.folderEntries() {
            let place = folder.appending(entry.name)
            if entry.kind == .folder, entry.name != "objects" {
                try removeLeftLocks(in: place)
            } else if entry.name.hasSuffix(".lock") {
                guard place.withPlatformString({ unlink($0) }) == 0 else { throw Errno(rawValue: errno) }
            }
        }
    }

    /// One process at a time: git's own locks give up at once.
    private func alone<Result>(_ body: () throws -> Result) throws -> Result {
        try store.exclusively("git-\(path.lastComponent?.string ?? "")", doing: "fetching \(location)", body)
    }

    @discardableResult
    private func git(_ arguments: [String]) throws -> String {
        try run(arguments, in: path)
    }

    @discardableResult
    private func run(_ arguments: [String], in folder: FilePath?, protocols: String? = nil) throws -> String {
        let output = try program(arguments, in: folder, protocols: protocols ?? own).output(timeout: .seconds(3600))
        return String(decoding: output, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    }

    /// What the repository itself may be fetched by.
    private var own: String { isForeign ? "https:http" : scheme == "file" ? "file" : "https:http:ssh:git" }

    /// What its submodules may be: nothing of this machine, unless it is itself of this machine.
    private var submodules: String {
        if isForeign { return scheme == "http" ? "http:https" : "https" }
        return switch scheme {
        case "file": "file:https:ssh"
        case "http": "http:https:ssh"
        default: "https:ssh"
        }
    }

    private var scheme: String { String(location.prefix { $0 != ":" }) }

    private func program(_ arguments: [String], in folder: FilePath?, protocols: String) -> Program {
        let place = folder.map { ["-C", $0.string] } ?? []
        return Program("git", place + arguments, environment: .inherited(variables(protocols: protocols)), in: "/")
    }

    /// What git's environment is changed by.
    func variables(protocols: String) -> [String: String?] {
        // What another git has set for its own repository, such as a hook's, is not meant for this one.
        var changes: [String: String?] = [
            "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": protocols, "GIT_DIR": nil, "GIT_WORK_TREE": nil,
            "GIT_INDEX_FILE": nil, "GIT_OBJECT_DIRECTORY": nil, "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil,
            "GIT_COMMON_DIR": nil, "GIT_PREFIX": nil, "GIT_NAMESPACE": nil, "GIT_SHALLOW_FILE": nil,
        ]
        if isForeign { changes.merge(Self.nobody) { $1 } }
        if url != location {
            let count = isForeign ? 0 : environmentVariable("GIT_CONFIG_COUNT").flatMap { Int($0) } ?? 0
            changes["GIT_CONFIG_COUNT"] = String(count + 1)
            changes["GIT_CONFIG_KEY_\(count)"] = "url.\(Self.origin(of: url)).insteadOf"
            changes["GIT_CONFIG_VALUE_\(count)"] = Self.origin(of: location)
        }
        return changes
    }

    /// What takes from git all that says who the user is: configurations and their helpers, netrc, questions, certificates.
    private static let nobody: [String: String?] = [
        "HOME": "/nonexistent", "XDG_CONFIG_HOME": nil, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG": nil, "GIT_CONFIG_COUNT": nil, "GIT_CONFIG_PARAMETERS": nil,
        "GIT_ASKPASS": "", "SSH_ASKPASS": nil, "SSH_AUTH_SOCK": nil, "GIT_SSH": nil, "GIT_SSH_COMMAND": "false",
        "GIT_SSL_CERT": nil, "GIT_SSL_KEY": nil, "GIT_TEMPLATE_DIR": nil, "NETRC": nil,
    ]

    /// A URL up to the slash that begins its path.
    private static func origin(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/") + "/"
    }

    /// A repository of this machine is not where the recipe says; another may be there the next time.
    private func unreachable(_ error: SubprocessError, _ message: String) -> BuilderError {
        BuilderError(
            scheme == "file" ? .unreadable : .unreachable, location, "\(message): \(readable(error))",
            advice: "check the URL, and that `git ls-remote` may read it from here", cause: error)
    }

    /// What git says, and below it the command that was run, which is of no interest to most.
    private func readable(_ error: SubprocessError) -> String {
        let lines = error.message
            .replacing(Self.origin(of: url), with: Self.origin(of: location)).replacing(url, with: location)
            .split(separator: "\n").map { $0.drop { $0 == " " } }
        guard let command = lines.first, lines.count > 1 else { return lines.first.map(String.init) ?? "" }
        let cause = lines[1].hasPrefix("fatal: ") ? lines[1].dropFirst("fatal: ".count) : lines[1]
        return ([cause] + lines[2...] + ["git \(command)"]).joined(separator: "\n    ")
    }

    static func isCommit(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
