internal import FileSystem
internal import Glibc
internal import SystemPackage

/// A file under a temporary name, locked by its writer, that becomes a blob by a rename or vanishes with its owner.
///
/// The lock (`flock` on the file itself) tells a sweeper whether the writer still lives: the kernel releases it when
/// the process dies, however it dies.
final class TemporaryFile {
    private let file: NewFile
    var path: FilePath { file.path }

    init(in folder: FilePath) throws(StoreError) {
        let path = folder.appending(NewFile.uniqueName())
        file = try attempt("make a file", path) { () throws(Errno) in
            do throws(Errno) {
                return try NewFile(at: path, mode: 0o600)
            } catch .noSuchFileOrDirectory {
                try folder.makeFolders(durably: true)
                return try NewFile(at: path, mode: 0o600)
            }
        }
        // Nobody else can hold it: the name is new. A sweeper that got in between leaves young files alone.
        flock(file.descriptor, LOCK_EX | LOCK_NB)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try attempt("write", path) { () throws(Errno) in try file.write(bytes) }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        try attempt("write", path) { () throws(Errno) in try file.write(bytes) }
    }

    /// Lets the kernel begin to write out what has been handed to it, so that the sync at the end has little left.
    ///
    /// Linux starts the writing of dirty pages on this advice, and cannot drop pages that are being written.
    func beginWriteback(from offset: UInt64, count: UInt64) {
        _ = posix_fadvise(file.descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Makes the content durable and read-only for everyone.
    func seal() throws(StoreError) {
        try attempt("write it out", path) { () throws(Errno) in
            try file.setMode(0o444)
            try file.synchronize()
        }
    }

    /// Gives the file its lasting name in a folder that may not exist yet, replacing what is there. The name is not
    /// durable before the folder is.
    func publish(to destination: FilePath) throws(StoreError) {
        try attempt("rename it to \(destination)", path) { () throws(Errno) in
            do throws(Errno) {
                try file.publish(as: destination, .content)
            } catch .noSuchFileOrDirectory {
                try destination.removingLastComponent().makeFolders(durably: true)
                try file.publish(as: destination, .content)
            }
        }
    }
}
