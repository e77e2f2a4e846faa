internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Who uses an environment on a shared volume until when.
///
/// A lease is an empty file whose name says it all, `HOLDER~END`. Renewing makes another one, so that a collector which
/// saw the old one end takes away that one and nothing else.
public struct VolumeLease: Sendable, Hashable {
    public let holder: String
    /// In seconds since 1970.
    public let end: Int64

    init(holder: String, end: Int64) {
        self.holder = holder
        self.end = end
    }

    init?(fileName: String) {
        guard let mark = fileName.lastIndex(of: "~"), let end = Int64(fileName[fileName.index(after: mark)...]),
            let holder = FileNameText.decoded(String(fileName[..<mark]))
        else { return nil }
        self.init(holder: holder, end: end)
    }

    func fileName() throws -> String { try FileNameText.encoded(holder, as: "a lease's holder") + "~\(end)" }
}

extension SharedVolume {
    /// Holds an environment for somebody.
    ///
    /// - Returns: when that ends.
    func lease(_ folder: VolumeFolderName, to lease: VolumeLease) throws -> Int64 {
        let place = leases.appending(folder.description)
        let file = place.appending(try lease.fileName())
        // A collector may take an empty folder away between the two.
        for _ in 0..<100 {
            let isNew = mkdir(place.string, 0o755) == 0
            guard isNew || errno == EEXIST else {
                throw PublishingError(Errno(rawValue: errno), doing: "made", path: place.string)
            }
            // Others list it, whatever this process's umask.
            if isNew { chmod(place.string, 0o755) }
            let descriptor = open(file.string, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                close(descriptor)
                // Earlier ends of the same holder are over, unless they are later.
                for other in try leases(of: folder) where other.holder == lease.holder && other.end < lease.end {
                    unlink(place.appending(try other.fileName()).string)
                }
                return lease.end
            }
            guard errno == ENOENT else {
                throw PublishingError(Errno(rawValue: errno), doing: "made", path: file.string)
            }
        }
        throw PublishingError(.contended, place.string, "is taken away as often as it is made", advice: "try again")
    }

    /// The leases of an environment, living or not.
    func leases(of folder: VolumeFolderName) throws -> [VolumeLease] {
        let place = leases.appending(folder.description)
        return try attempt("looked into", place) { () throws(Errno) in
            do throws(Errno) {
                return try place.folderNames().compactMap(VolumeLease.init(fileName:))
            } catch .noSuchFileOrDirectory {
                return []
            }
        }
    }
}
