import ContentStore
import Foundation
import SystemPackage

/// A store in a folder of its own that is gone when the test is over.
final class ScratchStore {
    let folder: FilePath
    let store: ContentStore

    init() throws {
        let name = "chidori-store-\(UInt64.random(in: .min ... .max))"
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
        store = ContentStore(at: folder.appending("data"))
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder.string)
    }

    /// Every file below a folder of the store, relative to it, sorted.
    func files(_ below: String = "") -> [String] {
        let base = store.root.appending(below).string
        let names = FileManager.default.enumerator(atPath: base)?.allObjects as? [String] ?? []
        return names.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: base + "/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }
}
