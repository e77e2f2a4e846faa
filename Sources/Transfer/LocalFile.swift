internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Reading local files.
enum LocalFile {
    /// A small file's bytes; `nil` if there is none.
    ///
    /// - Throws: `.file` if it cannot be read, `.tooLarge` beyond `limit` bytes.
    static func contents(of path: FilePath, limit: Int) throws(TransferError) -> [UInt8]? {
        do {
            return try path.fileContents(limit: limit)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch .fileTooLarge {
            throw TransferError(.tooLarge, path.string, "is larger than \(limit) bytes", advice: nil)
        } catch {
            throw trouble("cannot be read", path, error)
        }
    }

    /// An error of a system call, of the last one if none is named.
    static func trouble(
        _ message: String, _ path: FilePath, _ error: Errno = Errno(rawValue: errno)
    ) -> TransferError {
        let advice: String? =
            switch error {
            case .noSpace, .diskQuotaExceeded: "free some space there"
            case .permissionDenied, .notPermitted, .readOnlyFileSystem: "check who may read and write there"
            default: nil
            }
        return TransferError(.file, path.string, "\(message): \(error)", advice: advice, cause: error)
    }
}

/// The current folder.
func workingFolder() -> String? {
    guard let folder = getcwd(nil, 0) else { return nil }
    defer { free(folder) }
    return String(cString: folder)
}
