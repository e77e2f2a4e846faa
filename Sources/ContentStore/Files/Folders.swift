internal import Glibc
internal import SystemPackage

extension FilePath {
    /// The names in the folder, sorted; none if there is no such folder.
    func entries() throws(StoreError) -> [String] {
        guard let folder = withPlatformString({ opendir($0) }) else {
            let error = Errno(rawValue: errno)
            if error == .noSuchFileOrDirectory || error == .notDirectory { return [] }
            throw StoreError(error, "list it", self)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                let error = Errno(rawValue: errno)
                if error.rawValue == 0 { break }
                throw StoreError(error, "list it", self)
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Deletes the file, or the folder with all that is in it, without following links. Nothing there is no error.
    ///
    /// Returns how many bytes of files went with it (a file with other names counts too).
    @discardableResult
    func removeAll() throws(StoreError) -> UInt64 {
        guard let status = try status() else { return 0 }
        guard status.isFolder else {
            try unlink()
            return UInt64(status.st_size)
        }
        // The folders of a package may be read-only; whoever may delete them may also change that.
        if status.st_mode & 0o700 != 0o700 { _ = withPlatformString { chmod($0, 0o700) } }
        var bytes: UInt64 = 0
        for name in try entries() {
            bytes += try appending(name).removeAll()
        }
        _ = try system("delete the folder", self, expecting: [.noSuchFileOrDirectory]) {
            withPlatformString { rmdir($0) }
        }
        return bytes
    }

    /// The first bytes of the file.
    func prefix(_ count: Int) throws(StoreError) -> [UInt8] {
        let reader = try FileReader(self, chunk: max(count, 512))
        return try reader.next().map { Array($0.prefix(count)) } ?? []
    }
}
