import FileSystem
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("reading files")
struct ReadingTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test("a file is read whole within a bound", arguments: [0, 1, 16 << 10, 16 << 10 + 1, 3 << 20])
    func contents(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = try scratch.write("file", bytes)
        #expect(try path.fileContents(limit: size) == bytes)
        if size > 0 { #expect(throws: Errno.fileTooLarge) { try path.fileContents(limit: size - 1) } }
        let reader = try FileReader(path, chunk: 1000)
        var read: [UInt8] = []
        while let piece = try reader.next() {
            #expect(piece.count <= 1000)
            read += piece
        }
        #expect(read == bytes)
    }

    @Test("of a file's beginning come as many bytes as there are", arguments: [0, 1, 63, 64, 65, 100_000])
    func beginning(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        let path = try scratch.write("file", bytes)
        #expect(try path.firstBytes(64) == Array(bytes.prefix(64)))
        #expect(try path.firstBytes(0).isEmpty)
    }

    @Test("a pipe that nobody writes to holds up nobody who wants a regular file")
    func pipe() throws {
        let path = scratch.file("pipe")
        try #require(mkfifo(path.string, 0o600) == 0)
        #expect(throws: Errno.invalidArgument) { try path.fileContents(limit: 10, isRegular: true) }
        let file = try scratch.write("file", "x")
        #expect(try file.fileContents(limit: 10, isRegular: true) == Array("x".utf8))
    }

    @Test("a file that does not know its size is read too, and bounded")
    func unsized() throws {
        let path = FilePath("/proc/self/maps")
        #expect(try path.fileContents(limit: 16 << 20).count > 1000)
        #expect(throws: Errno.fileTooLarge) { try path.fileContents(limit: 1000) }
    }

    @Test("a file that is not there, and a folder, are errors")
    func unreadable() throws {
        #expect(throws: Errno.noSuchFileOrDirectory) { try scratch.file("none").fileContents(limit: 1) }
        #expect(throws: Errno.isDirectory) { try scratch.path.fileContents(limit: 1 << 20) }
    }
}
