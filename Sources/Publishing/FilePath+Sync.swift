internal import CLinux
internal import Glibc
internal import SystemPackage

extension FilePath {
    /// Brings everything on the file system that the folder lies on to the disk: one call for any number of files.
    func syncFileSystem() throws {
        let descriptor = open(string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, chidori_syncfs(descriptor) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "written to the disk", path: string)
        }
    }
}
