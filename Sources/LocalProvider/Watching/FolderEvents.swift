internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Tells in which of many folders a file has got its name (inotify(7)). Used by one thread; folders may be added by any.
final class FolderEvents: Sendable {
    /// -1 where the system has none left to give: then whoever waits must look.
    let descriptor: CInt

    init() {
        descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// - Returns: a number by which events of this folder are known; `nil` where it cannot be watched.
    func add(_ folder: FilePath) -> Int32? {
        let number = folder.withPlatformString { inotify_add_watch(descriptor, $0, UInt32(IN_MOVED_TO | IN_ONLYDIR)) }
        return number >= 0 ? number : nil
    }

    func remove(_ number: Int32) {
        inotify_rm_watch(descriptor, number)
    }

    /// The folders in which something happened since the last call. Does not block.
    func next() -> Set<Int32> {
        var folders: Set<Int32> = []
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var at = 0
                while at < count {
                    let event = buffer.load(fromByteOffset: at, as: inotify_event.self)
                    folders.insert(event.wd)
                    at += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return folders
    }
}
