import Foundation
import SystemPackage
import TestSupport
import Testing
import Units

@testable import Publishing

@Suite struct TreeVerifierTests {
    let fixture: PublishingFixture
    let packages: [Package]

    init() throws {
        fixture = try PublishingFixture()
        packages = try fixture.packages([
            WheelFixture("demo").adding("demo/sub/a.txt", "aaa").adding("demo/sub/b.txt", "bbb"),
            WheelFixture("tool").script("tool", "tool:main"),
        ])
    }

    func findings(_ tree: FilePath) throws -> [String] {
        try TreeVerifier(workers: fixture.workers).verify(tree, packages: packages, glue: fixture.glue()).map {
            "\($0.kind) \($0.package.map(String.init) ?? "-") \($0.path.replacing(fixture.modules, with: ""))"
        }
    }

    /// The file of a tree, or the package's file behind its link, made writable.
    func open(_ tree: FilePath, _ path: String) throws -> FilePath {
        let file = tree.appending(path)
        let real = try #require(realpath(file.string, nil).map { FilePath(platformString: $0) })
        for path in [real, real.removingLastComponent()] { chmod(path.string, 0o755) }
        return real
    }

    @Test("a changed byte, a missing file and an extra one are told, in every mode", arguments: LinksMode.allCases)
    func differences(links: LinksMode) throws {
        let tree = try fixture.publish(packages, links: links)
        #expect(try findings(tree) == [])
        let changed = try open(tree, fixture.modules + "demo/sub/a.txt")
        try changed.write("aXa")
        chmod(changed.string, 0o444)
        try open(tree, fixture.modules + "demo/sub/b.txt").remove()
        try changed.removingLastComponent().appending("c.txt").write("new")
        try changed.removingLastComponent().appending("more").makeFolder()
        try changed.removingLastComponent().appending("more/deep").write("")
        #expect(
            try findings(tree) == [
                "changed 0 demo/sub/a.txt", "missing 0 demo/sub/b.txt", "extra - demo/sub/c.txt",
                "extra - demo/sub/more",
            ])
    }

    @Test("an execute bit that is gone is a change")
    func modes() throws {
        let tree = try fixture.publish(packages)
        chmod(tree.appending("bin/tool").string, 0o644)
        #expect(try findings(tree) == ["changed 1 bin/tool"])
    }

    @Test("bytecode that Python has written is told apart")
    func bytecode() throws {
        let tree = try fixture.publish(packages, links: .copy)
        try tree.appending(fixture.modules + "demo/__pycache__").makeFolder()
        try tree.appending(fixture.modules + "demo/__pycache__/__init__.cpython-311.pyc").write("x")
        #expect(try findings(tree) == ["bytecode - demo/__pycache__/__init__.cpython-311.pyc"])
    }

    @Test("a tree without packages is whole too")
    func empty() throws {
        let tree = try fixture.publish([])
        #expect(try TreeVerifier(workers: fixture.workers).verify(tree, packages: [], glue: fixture.glue()).isEmpty)
    }

    @Test("the glue is held against what it should be")
    func glue() throws {
        let tree = try fixture.publish(packages)
        try tree.appending("pyvenv.cfg").write("home = /elsewhere\n")
        try tree.appending("bin/python3").remove()
        try tree.appending("chidori.json").remove()
        try tree.appending("bin/python").remove()
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending("bin/python").string, withDestinationPath: "/bin/sh")
        #expect(
            try findings(tree) == [
                "changed - bin/python", "missing - bin/python3", "missing - chidori.json", "changed - pyvenv.cfg",
            ])
    }

    @Test("a link to a package that is gone leaves its files missing")
    func danglingLink() throws {
        let tree = try fixture.publish(packages)
        try tree.appending(fixture.modules + "demo").remove()
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending(fixture.modules + "demo").string, withDestinationPath: "/nowhere")
        #expect(
            try findings(tree) == [
                "extra - demo", "missing 0 demo/__init__.py", "missing 0 demo/sub/a.txt", "missing 0 demo/sub/b.txt",
            ])
    }

    @Test("a folder that is no tree at all is an error")
    func noTree() {
        #expect(throws: PublishingError.self) { try findings("/nowhere") }
    }
}
