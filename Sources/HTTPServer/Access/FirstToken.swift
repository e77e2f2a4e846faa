internal import Cryptography
internal import FileSystem
internal import JobAPI
public import JobModel
public import JobStore
public import SystemPackage

/// The token of whoever owns the data folder: `DATA/admin.token`, readable by its owner alone.
public enum FirstToken {
    public static let name = "admin.token"

    /// Makes sure that there is a way in: what the file holds is a valid token of an administrator. Where there is no file,
    /// one is made, unless there are administrators' tokens already.
    ///
    /// Blocks for as long as a small file takes to be written.
    ///
    /// - Returns: the file's path, if it is there.
    public static func ensure(in store: JobStore, at now: Moment) async throws -> FilePath? {
        let path = store.folder.appending(name)
        if let text = try read(path) {
            let digest = SHA256Digest(of: text)
            if try await store.token(digest) == nil { try await add(digest, to: store, at: now) }
            return path
        }
        let tokens = try await store.tokens()
        let isKept = tokens.contains { token in
            token.isValid(at: now) && token.roles.contains(RoleGrant(.admin))
        }
        if isKept { return nil }
        // The file first: a crash in between leaves a file whose token is added at the next start.
        try await add(try make(path), to: store, at: now)
        return path
    }

    /// Makes sure that whoever owns a data folder has a way in at the server's next start, whatever tokens there are: for a
    /// folder whose jobs come from elsewhere.
    ///
    /// Blocks for as long as a small file takes to be written.
    public static func provide(in folder: FilePath) throws -> FilePath {
        let path = folder.appending(name)
        if try read(path) == nil { _ = try make(path) }
        return path
    }

    private static func make(_ path: FilePath) throws -> SHA256Digest {
        var generator = SystemRandomNumberGenerator()
        let secret = Secret(using: &generator)
        try write(secret.text, to: path)
        return secret.digest
    }

    /// What a file of a token holds; `nil` where there is none.
    public static func read(_ path: FilePath) throws -> String? {
        do {
            let text = String(decoding: try path.fileContents(limit: 4096), as: UTF8.self).trimmed
            return text.isEmpty ? nil : text
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    private static func write(_ text: String, to path: FilePath) throws {
        let file = try NewFile(beside: path, mode: 0o600)
        try file.write(Array((text + "\n").utf8))
        try file.publish(as: path, .contentAndName)
    }

    private static func add(_ digest: SHA256Digest, to store: JobStore, at now: Moment) async throws {
        var generator = SystemRandomNumberGenerator()
        let id = JobID(at: now, using: &generator).description
        let token = AccessToken(
            id: id, name: name, user: "admin", tenant: TokenOrder.standardTenant, roles: [RoleGrant(.admin)],
            createdAt: now)
        try await store.add(
            token, digest: digest,
            audit: AuditEntry(
                at: now, actor: .system("server"), tenant: "", action: "token.create", subject: "token \(id)",
                message: "the token of the data folder's owner"))
    }
}

extension String {
    /// Without white space around it.
    fileprivate var trimmed: String {
        func isSpace(_ character: Character) -> Bool { character.isWhitespace }
        var text = self[...]
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }
}
