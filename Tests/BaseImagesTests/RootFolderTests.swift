import Archive
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BaseImages

@Suite("Image layers are unpacked to run a program from them")
struct RootFolderTests {
    let scratch: Scratch
    let root: RootFolder

    init() throws {
        scratch = try Scratch("root")
        root = RootFolder(path: scratch.file("rootfs"))
        try FileManager.default.createDirectory(atPath: root.path.string, withIntermediateDirectories: false)
    }

    private func add(_ entries: [(TarHeader, String)]) throws {
        var bytes: [UInt8] = []
        var tar = TarWriter()
        for (header, content) in entries {
            try tar.add(header, content: Array(content.utf8)) { bytes.append(contentsOf: $0) }
        }
        try tar.finish { bytes.append(contentsOf: $0) }
        try root.add(layers: [try scratch.write("layer.tar", bytes)])
    }

    private func text(_ path: String) -> String? {
        try? String(contentsOfFile: scratch.file(path).string, encoding: .utf8)
    }

    @Test("files, folders, links and hard links are there, readable, without set-user bits")
    func unpacks() throws {
        try add([
            (TarHeader(path: "usr/bin/tool", mode: 0o4111), "tool"),
            (TarHeader(path: "bin", kind: .symbolicLink(target: "usr/bin"), mode: 0o777), ""),
            (TarHeader(path: "same", kind: .hardLink(target: "bin/tool"), mode: 0o644), ""),
            (TarHeader(path: "dev/null", kind: .characterDevice(major: 1, minor: 3), mode: 0o666), ""),
        ])
        #expect(text("rootfs/bin/tool") == "tool")
        #expect(text("rootfs/same") == "tool")
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.file("rootfs/usr/bin/tool").string)
        #expect(mode[.posixPermissions] as? Int == 0o711)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("rootfs/dev/null").string))
    }

    @Test(
        "a whiteout of the folder itself or of the one above is refused",
        arguments: [".wh..", ".wh...", ".wh.", "a/.wh..."])
    func hostileWhiteouts(name: String) throws {
        try scratch.write("beside.txt", "mine")
        #expect(throws: BaseError.self) { try add([(TarHeader(path: name, mode: 0o644), "")]) }
        #expect(text("beside.txt") == "mine")
    }

    @Test("a later layer replaces, whites out and empties")
    func whiteouts() throws {
        try add([
            (TarHeader(path: "a/one", mode: 0o644), "1"), (TarHeader(path: "a/two", mode: 0o644), "2"),
            (TarHeader(path: "b/three", mode: 0o644), "3"), (TarHeader(path: "c", mode: 0o644), "4"),
        ])
        try add([
            (TarHeader(path: "a/.wh.one", mode: 0o644), ""), (TarHeader(path: "b/.wh..wh..opq", mode: 0o644), ""),
            (TarHeader(path: "b/new", mode: 0o644), "5"),
            (TarHeader(path: "c", kind: .directory, mode: 0o755), ""), (TarHeader(path: "a/two", mode: 0o644), "6"),
        ])
        #expect(text("rootfs/a/one") == nil && text("rootfs/b/three") == nil)
        #expect(text("rootfs/a/two") == "6" && text("rootfs/b/new") == "5")
    }

    @Test(
        "nothing is written, read or removed outside through a link",
        arguments: ["/", "../../..", "/etc/../..", "../outside"])
    func escapes(_ target: String) throws {
        try scratch.write("outside/victim", "safe")
        let victim = scratch.file("outside/victim").string
        let inner = target == "../outside" ? "victim" : String(victim.dropFirst())
        try add([
            (TarHeader(path: "way", kind: .symbolicLink(target: target), mode: 0o777), ""),
            (TarHeader(path: "way/\(inner)", mode: 0o644), "evil"),
        ])
        #expect(text("outside/victim") == "safe")
        let folder = (inner as NSString).deletingLastPathComponent
        try add([(TarHeader(path: folder.isEmpty ? "way/.wh.victim" : "way/\(folder)/.wh.victim", mode: 0o644), "")])
        #expect(text("outside/victim") == "safe")
        if let found = try root.resolve("/way/\(inner)") { #expect(found.starts(with: root.path)) }
    }

    @Test("a slash that a mark hides is a slash: nothing is written outside", arguments: ["\u{600}", ""])
    func hiddenSlashes(_ mark: String) throws {
        try scratch.write("outside/victim", "safe")
        let outside = scratch.file("outside").string
        let next = mark.isEmpty ? "\u{301}" : ""
        let way = "way\(mark)"
        try add([
            (TarHeader(path: way, kind: .symbolicLink(target: outside), mode: 0o777), ""),
            (TarHeader(path: "\(way)/\(next)victim", mode: 0o644), "evil"),
            (TarHeader(path: "\(way)/\(next)folder/new", mode: 0o644), "evil"),
            (TarHeader(path: "copy", kind: .hardLink(target: "\(way)/\(next)victim"), mode: 0o644), ""),
        ])
        #expect(text("outside/victim") == "safe" && text("rootfs/copy") == "evil")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["victim"])
        #expect(throws: ArchiveError.self) { try add([(TarHeader(path: "../\u{301}up", mode: 0o644), "evil")]) }
    }

    @Test("a circle of links is an error, not a hang")
    func circles() throws {
        try add([
            (TarHeader(path: "a", kind: .symbolicLink(target: "b"), mode: 0o777), ""),
            (TarHeader(path: "b", kind: .symbolicLink(target: "a"), mode: 0o777), ""),
        ])
        #expect { try root.resolve("/a") } throws: { ($0 as? BaseError)?.code == .unusableImage }
    }

    @Test("an interpreter that is missing, no program or for another processor is a named error")
    func interpreters() throws {
        var foreign = [UInt8](repeating: 0, count: 64)
        foreign.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        foreign[18] = DebianArchitecture.host == .amd64 ? 183 : 62
        try scratch.write("rootfs/foreign", foreign)
        try scratch.write("rootfs/script", "#!/bin/sh\n")
        func code(_ python: String) -> BaseError.Code? {
            do {
                _ = try BaseInterpreter(in: root, python: python, launcher: scratch.file("l"), image: "base")
                return nil
            } catch { return (error as? BaseError)?.code }
        }
        #expect(code("/none") == .noInterpreter)
        #expect(code("/script") == .interpreterFails)
        #expect(code("/foreign") == .interpreterFails)
    }
}

@Suite("A built root is put into canonical form")
struct CanonicalTests {
    @Test(
        "patterns match names, folders and what is in them",
        arguments: [
            ("usr/share/doc", "usr/share/doc/a/b", true), ("usr/share/doc", "usr/share/docs", false),
            ("usr/share/doc/*/copyright", "usr/share/doc/x/copyright", true),
            ("usr/share/doc/*/copyright", "usr/share/doc/x/y/copyright", false),
            ("usr/**/__pycache__", "usr/lib/a/__pycache__/b.pyc", true), ("usr/**/x", "usr/x", true),
            ("var/lib/dpkg/*-old", "var/lib/dpkg/status-old", true),
            ("var/lib/dpkg/*-old", "var/lib/dpkg/status", false),
            ("dev/*", "dev", false), ("dev/*", "dev/null", true),
        ])
    func patterns(_ pattern: String, _ path: String, _ matches: Bool) {
        #expect(PathPatterns([pattern]).match(path) == matches)
    }

    @Test("order, times, hard links, emptied folders and dpkg's list come out the same, however they went in")
    func canonical() throws {
        let scratch = try Scratch("canonical")
        func tar(_ entries: [(TarHeader, String)], _ name: String) throws -> [UInt8] {
            var bytes: [UInt8] = []
            var tar = TarWriter()
            for (header, content) in entries {
                try tar.add(header, content: Array(content.utf8)) { bytes.append(contentsOf: $0) }
            }
            try tar.finish { bytes.append(contentsOf: $0) }
            let path = try scratch.write("\(name).tar", bytes)
            let rules = CanonicalRules(exclude: ["usr/share/doc"], include: ["usr/share/doc/*/copyright"], epoch: 1000)
            var root = try RootFileSystem(tar: path, rules: rules, scratch: scratch.file("\(name).content"))
            try rules.apply(to: &root)
            var out: [UInt8] = []
            try root.write { out.append(contentsOf: $0) }
            return out
        }
        let folders = ["usr", "usr/share", "usr/share/doc", "usr/share/doc/a", "usr/share/doc/b"].map {
            (TarHeader(path: $0, kind: .directory, mode: 0o755, modified: 5), "")
        }
        let first = try tar(
            folders + [
                (TarHeader(path: "x", mode: 0o755, modified: 2000), "program"),
                (TarHeader(path: "y", kind: .hardLink(target: "x"), mode: 0o755), ""),
                (TarHeader(path: "usr/share/doc/a/copyright", mode: 0o644), "c"),
                (TarHeader(path: "usr/share/doc/b/readme", mode: 0o644), "r"),
                (TarHeader(path: "var/lib/dpkg/status", mode: 0o644), "Package: a\n\nPackage: b\n"),
                (TarHeader(path: "var/log/x.log", mode: 0o644), "now"),
            ], "first")
        let second = try tar(
            [
                (TarHeader(path: "var/lib/dpkg/status", mode: 0o644), "Package: b\n\nPackage: a\n"),
                (TarHeader(path: "y", mode: 0o755, modified: 3000), "program"),
                (TarHeader(path: "x", kind: .hardLink(target: "y"), mode: 0o755), ""),
            ] + folders + [(TarHeader(path: "usr/share/doc/a/copyright", mode: 0o644), "c")], "second")
        #expect(first == second)
        var reader = try ArchiveReader(try scratch.write("out.tar", first), accepting: .layers)
        var paths: [String] = []
        while let entry = try reader.next() {
            paths.append(entry.header.path)
            #expect(entry.header.modified <= 1000)
        }
        #expect(
            paths == [
                "usr", "usr/share", "usr/share/doc", "usr/share/doc/a", "usr/share/doc/a/copyright",
                "var/lib/dpkg/status", "x", "y",
            ])
    }
}
