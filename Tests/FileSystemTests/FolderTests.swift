import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("folders")
struct FolderTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test("a folder tells its names in the order of their bytes, and their kinds")
    func listing() throws {
        for name in ["b", "a", "é", ".hidden", "a-b"] { try scratch.write("folder/\(name)", "") }
        let folder = scratch.file("folder")
        #expect(try folder.folderNames() == [".hidden", "a", "a-b", "b", "é"])
        try FileManager.default.createSymbolicLink(atPath: folder.appending("link").string, withDestinationPath: "a")
        try FileManager.default.createDirectory(
            atPath: folder.appending("below").string, withIntermediateDirectories: true)
        let kinds = try Dictionary(uniqueKeysWithValues: folder.folderEntries().map { ($0.name, $0.kind) })
        #expect(kinds.count == 7)
        // A file system may tell nothing.
        #expect([.link, .unknown].contains(kinds["link"]))
        #expect([.folder, .unknown].contains(kinds["below"]))
        #expect([.file, .unknown].contains(kinds["a"]))
    }

    @Test("what is no folder is an error, not an empty one")
    func noFolder() throws {
        try scratch.write("file", "")
        #expect(throws: Errno.notDirectory) { try scratch.file("file").folderNames() }
        #expect(throws: Errno.noSuchFileOrDirectory) { try scratch.file("none").folderEntries() }
    }

    @Test("an open folder stays the same when its name leads elsewhere, and links below it are not followed")
    func open() throws {
        try scratch.write("folder/inside/file", "")
        try scratch.write("other/secret", "")
        let folder = try OpenFolder(scratch.file("folder"))
        try scratch.file("folder").move(to: scratch.file("moved"))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("folder").string, withDestinationPath: "other")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("moved/link").string, withDestinationPath: "../other")
        var again = try OpenFolder(".", in: folder.descriptor)
        var names: Set<String> = []
        while let entry = try again.next() { names.insert(entry.name) }
        #expect(names == ["inside", "link"])
        var below = try OpenFolder("inside", in: folder.descriptor)
        #expect(try below.next()?.name == "file")
        #expect(throws: Errno.self) { try OpenFolder("link", in: folder.descriptor).descriptor }
    }

    @Test("folders are made with those above them, once")
    func making() throws {
        let deep = scratch.file("a/b/c")
        try deep.makeFolders(durably: true)
        try deep.makeFolders()
        #expect(deep.isFolder)
        try scratch.write("a/file", "")
        #expect(throws: Errno.notDirectory) { try scratch.file("a/file").makeFolders() }
        #expect(throws: Errno.notDirectory) { try scratch.file("a/file/b").makeFolders() }
        #expect(throws: Errno.noSuchFileOrDirectory) { try FilePath("/proc/none/such").makeFolders() }
    }

    @Test("two folders change places in one step")
    func exchanging() throws {
        try scratch.write("a/1", "")
        try scratch.write("b/2", "")
        if try scratch.file("a").exchange(with: scratch.file("b")) {
            #expect(try scratch.file("a").folderNames() == ["2"])
            #expect(try scratch.file("b").folderNames() == ["1"])
        }
        #expect(throws: Errno.noSuchFileOrDirectory) { try scratch.file("a").exchange(with: scratch.file("none")) }
    }

    @Test("a link tells its text, and a file has none")
    func links() throws {
        let link = scratch.file("link")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "über/../x")
        #expect(try link.linkText() == "über/../x")
        try scratch.write("file", "")
        #expect(throws: Errno.invalidArgument) { try scratch.file("file").linkText() }
    }
}
