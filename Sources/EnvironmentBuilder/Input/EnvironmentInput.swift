public import Recipes
public import SystemPackage

/// A file that stands where a recipe or a lock does, read and told apart.
public struct EnvironmentInput: Sendable {
    public enum Content: Sendable {
        /// A recipe, a `requirements.txt` or a `pyproject.toml`: something to choose versions for, as it is written,
        /// whatever targets the command line names.
        case recipe(Recipe)
        /// A lock's text, which is parsed only where nothing is known of it yet.
        case lock(String)
    }

    public let path: FilePath
    public let content: Content

    /// Where the lock of a recipe lies: `NAME.lock.toml` beside it, after the file's name.
    public var lockPath: FilePath {
        switch content {
        case .lock: path
        case .recipe: Self.lockPath(beside: path)
        }
    }

    /// Where the lock of the recipe at a path lies.
    public static func lockPath(beside path: FilePath) -> FilePath {
        path.removingLastComponent().appending((path.stem ?? "environment") + ".lock.toml")
    }

    /// The folder that relative paths in the file are meant from.
    public var folder: FilePath { path.removingLastComponent() }
}

/// What kind of file it is, by its name.
enum InputKind: Equatable {
    case recipe
    case lock
    case requirements
    case project

    /// `NAME.lock.toml` and `pylock.toml`, `pylock.NAME.toml` (PEP 751) are locks; `pyproject.toml` a project;
    /// `.txt` and `.in` requirements; `.yaml` and `.yml` recipes. `nil` for any other name.
    init?(fileName name: String) {
        if name.hasSuffix(".lock.toml") || name == "pylock.toml"
            || (name.hasPrefix("pylock.") && name.hasSuffix(".toml"))
        {
            self = .lock
        } else if name == "pyproject.toml" {
            self = .project
        } else if name.hasSuffix(".txt") || name.hasSuffix(".in") {
            self = .requirements
        } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            self = .recipe
        } else {
            return nil
        }
    }
}
