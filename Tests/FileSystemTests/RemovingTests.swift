import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("folders are removed with all that is in them")
struct RemovingTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("removing")
    }

    @Test("files, links and closed folders, and nothing that a link leads to")
    func everything() throws {
        try scratch.write("outside/kept", "kept")
        let tree = scratch.file("tree")
        try scratch.write("tree/a/b/file", "x")
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending("a/link").string, withDestinationPath: scratch.file("outside").string)
        mkfifo(tree.appending("a/pipe").string, 0o600)
        chmod(tree.appending("a/b").string, 0o000)
        try tree.removeTree()
        #expect(!tree.isThere)
        #expect(scratch.file("outside/kept").isThere)
        try tree.removeTree()
    }

    @Test("a link is removed itself")
    func link() throws {
        try scratch.write("outside/kept", "kept")
        let link = scratch.file("link")
        try FileManager.default.createSymbolicLink(
            atPath: link.string, withDestinationPath: scratch.file("outside").string)
        try link.removeTree()
        #expect(!link.isThere && scratch.file("outside/kept").isThere)
    }

    @Test("however deep they are nested")
    func deep() throws {
        let tree = scratch.file("tree")
        // Longer than any path may be: made from within.
        let script = """
            import os, sys
            os.mkdir(sys.argv[1]); os.chdir(sys.argv[1])
            for number in range(150):
                name = "nested" * 30
                os.mkdir(name); os.chdir(name)
            """
        let made = Process()
        made.executableURL = URL(filePath: "/usr/bin/python3")
        made.arguments = ["-c", script, tree.string]
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        try tree.removeTree()
        #expect(!tree.isThere)
    }
}
