internal import FileSystem
internal import Glibc
internal import SystemPackage

extension FilePath {
    /// Removes what began in this folder under such names and was broken off. The caller knows that nobody is at work.
    func removeLeftovers(_ prefix: String) throws(Errno) {
        for name in try folderNames() where name.hasPrefix(prefix) { try appending(name).removeTree() }
    }

    /// Gives the same file a second name, where the file system can.
    ///
    /// - Returns: whether it could.
    func link(as other: FilePath) -> Bool {
        withPlatformString { here in other.withPlatformString { Glibc.link(here, $0) } } == 0
    }
}
