internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A file that a build has left in a folder which it could write to: anything may stand there instead, and nothing is
/// followed or waited for.
final class LeftFile {
    private let descriptor: CInt

    /// Opens a regular file below a folder, no part of its path a link; `nil` where there is none.
    init?(_ path: String, in folder: FilePath) {
        var current = open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard current >= 0 else { return nil }
        let parts = path.pathNames
        for (number, part) in parts.enumerated() {
            let kind = number == parts.count - 1 ? O_NONBLOCK : O_DIRECTORY
            let next = openat(current, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
            close(current)
            guard next >= 0 else { return nil }
            current = next
        }
        var facts = stat()
        guard fstat(current, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(current)
            return nil
        }
        descriptor = current
    }

    deinit {
        close(descriptor)
    }

    /// The very file, whatever its name leads to by now, as long as this lives (proc(5), `/proc/PID/fd`).
    var path: FilePath { FilePath("/proc/self/fd/\(descriptor)") }
}
