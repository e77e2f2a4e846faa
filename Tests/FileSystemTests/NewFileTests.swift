import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("files that get their name when they are whole")
struct NewFileTests {
    let scratch: Scratch
    var target: FilePath { scratch.file("target") }

    init() throws {
        scratch = try Scratch()
    }

    private var names: [String] { get throws { try scratch.path.folderNames() } }

    @Test("a reader sees the old text until the new one is whole")
    func whole() throws {
        try target.replaceFile(with: Array("old".utf8))
        let file = try NewFile(beside: target)
        try file.write(Array("ne".utf8))
        #expect(try target.fileContents(limit: 9) == Array("old".utf8))
        try file.write(Array("w".utf8))
        try file.publish(as: target, .contentAndName)
        #expect(try target.fileContents(limit: 9) == Array("new".utf8))
        #expect(try names == ["target"])
    }

    @Test("a file that is never published leaves nothing")
    func unpublished() throws {
        do {
            let file = try NewFile(beside: target)
            try file.write([1])
            #expect(try names.count == 1)
        }
        #expect(try names == [])
    }

    @Test("a file that cannot have its name leaves nothing, and what had the name stays")
    func refused() throws {
        try scratch.write("target/inside", "text")
        #expect(throws: Errno.isDirectory) { try target.replaceFile(with: [1]) }
        #expect(try names == ["target"])
        #expect(throws: Errno.noSuchFileOrDirectory) { try scratch.file("none/target").replaceFile(with: [1]) }
    }

    @Test("what killed writers have left is removed, and nothing else")
    func unfinished() throws {
        try scratch.write(NewFile.path(beside: target).lastComponent?.string ?? "", "half")
        try scratch.write("kept", "whole")
        try NewFile.removeUnfinished(in: scratch.path, prefix: ".others-")
        #expect(try names.count == 2)
        try NewFile.removeUnfinished(in: scratch.path, prefix: NewFile.prefix)
        #expect(try names == ["kept"])
    }

    @Test("a link stays one, and what is no file is written to")
    func links() throws {
        try scratch.write("folder/target", "old")
        let link = scratch.file("link")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "folder/target")
        try link.replaceFile(with: Array("new".utf8))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.string) == "folder/target")
        #expect(try String(contentsOfFile: scratch.file("folder/target").string, encoding: .utf8) == "new")
        // A pipe that someone reads, as /dev/stdout is.
        let pipe = scratch.file("pipe")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        let reader = try FileDescriptor.open(pipe, .readOnly, options: .nonBlocking)
        defer { try? reader.close() }
        try pipe.replaceFile(with: Array("text".utf8))
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(try bytes.withUnsafeMutableBytes { try reader.read(into: $0) } == 4)
    }

    @Test("a program may be run whatever the umask")
    func executable() throws {
        try target.replaceFile(with: Array("#!/bin/sh\n".utf8), isExecutable: true)
        let mode = try FileManager.default.attributesOfItem(atPath: target.string)[.posixPermissions] as? Int
        #expect(mode == 0o755)
    }

    @Test("no two names are the same")
    func unique() {
        #expect(Set((0..<100).map { _ in NewFile.uniqueName() }).count == 100)
    }
}
