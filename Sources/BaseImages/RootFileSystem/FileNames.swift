internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension FilePath {
    /// Gives the file or folder another name in one step, in place of a file of that name.
    func rename(to other: FilePath) throws {
        #if canImport(Glibc)
            let result = Glibc.rename(string, other.string)
        #else
            let result = Musl.rename(string, other.string)
        #endif
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
