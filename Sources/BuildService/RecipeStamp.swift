internal import EnvironmentBuilder
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Tells an admin's recipe and its lock from what they were, without reading them: their files' places, inodes, sizes and
/// times of change.
struct RecipeStamp: Hashable, Sendable {
    let recipe: String
    let lock: String

    init(recipe: String, lock: String) {
        self.recipe = recipe
        self.lock = lock
    }

    /// Looks at the files now. Blocks.
    init(of path: FilePath) {
        self.init(recipe: Self.look(at: path), lock: Self.look(at: EnvironmentInput.lockPath(beside: path)))
    }

    private static func look(at path: FilePath) -> String {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return "-" }
        let times = [status.st_mtim, status.st_ctim].map { "\($0.nanoseconds)" }
        return "\(path) \(status.st_ino) \(status.st_size) \(times.joined(separator: " "))"
    }
}
