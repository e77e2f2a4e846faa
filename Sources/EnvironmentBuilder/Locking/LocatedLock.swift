public import Cryptography
public import Recipes
public import SystemPackage

/// A lock, where it lies, and what its text's digest is.
public struct LocatedLock: Sendable {
    public let lock: Lock
    public let path: FilePath
    /// As it is on the disk.
    public let text: String
    /// Of the text.
    public let digest: SHA256Digest
    /// What of known vulnerabilities is let through: what the recipe beside the lock says now, else what it said when it
    /// was locked. Nothing in a lock follows from it.
    public var policy: Recipe.Audit?

    init(text: String, path: FilePath) throws {
        lock = try Lock(toml: SourceText(text, name: path.string))
        policy = lock.recipe?.audit
        self.path = path
        self.text = text
        digest = SHA256Digest(of: text)
    }

    public var folder: FilePath { path.removingLastComponent() }

    /// What the recipe's relative paths start from.
    public var recipeFolder: FilePath {
        guard let way = lock.recipeFolder else { return folder }
        return folder.pushing(FilePath(way)).lexicallyNormalized()
    }

    /// The recipe's name, or what the file's name has before `.lock.toml`.
    public var name: String {
        if let name = lock.recipe?.name { return name }
        let file = path.lastComponent?.string ?? "environment"
        for ending in [".lock.toml", ".toml"] where file.hasSuffix(ending) {
            return String(file.dropLast(ending.count))
        }
        return file
    }
}

/// How far a lock may be made or changed on the way to something else.
public enum LockPolicy: Sendable {
    /// Take the lock as it is; a recipe must have one.
    case asWritten
    /// Lock the recipe where its lock is missing or no longer answers it.
    case lockIfNeeded
    /// Refuse where that would be necessary.
    case locked
}
