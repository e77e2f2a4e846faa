import Foundation
import SystemPackage
import TestSupport
import Testing
import Units

@testable import Publishing

@Suite struct ReachTests {
    @Test(
        "a run path entry means a folder of the environment if it leads upwards from its file, and else nothing",
        arguments: [
            ("$ORIGIN/../../nvidia/lib", "s/torch/lib/a.so", "s/torch/lib", "s/nvidia/lib"),
            ("${ORIGIN}/../x", "s/a/b.so", "s/a", "s/x"),
            ("$ORIGIN/.././/x/", "s/a/b.so", "s/a", "s/x"),
            ("$ORIGIN/../..", "s/a/b.so", "s/a", ""),
        ])
    func meaning(runPath: String, file: String, folder: String, target: String) {
        #expect(Reach(runPath: runPath, of: file) == Reach(folder: folder, target: target))
    }

    @Test(
        "paths that stay in the folder, leave ENV or are absolute need no care",
        arguments: ["$ORIGIN", "$ORIGIN/lib", "$ORIGIN/./x", "$ORIGIN/../../../x", "/usr/lib", "", "../x", "$LIB/../x"])
    func nothing(runPath: String) {
        #expect(Reach(runPath: runPath, of: "s/a/b.so") == nil)
    }

    /// Packages with empty files at some paths.
    static func packages(_ paths: [[String]]) throws -> [Package] {
        try paths.map { try TreePlanTests.package($0) }
    }

    @Test("folders are real where a package's libraries look into another package for libraries")
    func realFolders() throws {
        let packages = try Self.packages([
            ["s/torch/lib/a.so", "s/torch/py/x.py", "s/torch/ext/e.so"], ["s/nvidia/lib/libc.so.2"], ["s/numpy/x.so"],
        ])
        let out = Reach(folder: "s/torch/lib", target: "s/nvidia/lib")
        let inside = Reach(folder: "s/torch/ext", target: "s/torch/lib")
        let own = Reach(folder: "s/numpy", target: "s/numpy.libs")
        #expect(try Reach.realFolders([[out], [], [own]], of: packages) == ["s/torch/lib"])
        #expect(try Reach.realFolders([[out, inside], [], [own]], of: packages) == ["s/torch/lib", "s/torch/ext"])
        #expect(try Reach.realFolders([[inside], [], [own]], of: packages).isEmpty)
        #expect(try Reach.realFolders([[out], []], of: [packages[0], packages[2]]).isEmpty)
    }

    @Test("modules and extension modules of others in the folder above are no libraries that anybody looks for")
    func notLibraries() throws {
        let packages = try Self.packages([
            ["s/a/x.so"], ["s/six.py", "s/_ext.cpython-311-x86_64-linux-gnu.so", "s/_other.abi3.so"],
        ])
        let up = Reach(folder: "s/a", target: "s")
        #expect(try Reach.realFolders([[up], []], of: packages).isEmpty)
        let library = try Self.packages([["s/a/x.so"], ["s/libx.so"]])
        #expect(try Reach.realFolders([[up], []], of: library) == ["s/a"])
    }

    @Test("libraries that another package puts into ENV/lib are found, though every package has a lib")
    func environmentLibraries() throws {
        let packages = try Self.packages([["lib/python3.11/site-packages/a/x.so"], ["lib/libmkl.so.2"]])
        let up = Reach(folder: "lib/python3.11/site-packages/a", target: "lib")
        #expect(try Reach.realFolders([[up], []], of: packages) == ["lib/python3.11/site-packages/a"])
    }
}

/// Shared libraries made by this machine's compiler, and files that only look like them.
@Suite(.enabled(if: Peer.has("gcc"), "needs gcc")) struct ELFTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch("elf")
    }

    /// A library with a function that returns a number, or what a function of another library returns and one more.
    func library(_ name: String, _ function: String, calls: String? = nil, flags: [String] = []) async throws -> [UInt8]
    {
        let body = calls.map { "int \($0)(void); int \(function)(void) { return \($0)() + 1; }" }
        let source = try scratch.write("\(name).c", body ?? "int \(function)(void) { return 41; }")
        let output = scratch.file(name)
        try await Command("gcc", ["-shared", "-fPIC", "-o", output.string, source.string] + flags).run()
        return Array(try Data(contentsOf: URL(fileURLWithPath: output.string)))
    }

    func entries(_ bytes: [UInt8]) throws -> [String] {
        let file = try FileDescriptor.open(scratch.write("file", bytes), .readOnly)
        return try file.closeAfter { ELFDynamicSection(of: file.rawValue).runPaths }
    }

    @Test("run paths are read, old and new", arguments: ["--enable-new-dtags", "--disable-new-dtags"])
    func runPaths(kind: String) async throws {
        let bytes = try await library(
            "liba.so", "a", flags: ["-Wl,\(kind)", "-Wl,-rpath,$ORIGIN/../b/lib:/usr/lib:$ORIGIN"])
        #expect(try entries(bytes) == ["$ORIGIN/../b/lib", "/usr/lib", "$ORIGIN"])
        #expect(try entries(try await library("plain.so", "p")).isEmpty)
    }

    @Test("the names of libraries that are needed, and a library's own, are read and kept when a package is unpacked")
    func libraries() async throws {
        let runtime = try await library("libcudart.so", "runtime", flags: ["-Wl,-soname,libcudart.so.11.0"])
        let user = try await library(
            "libuser.so", "user", calls: "runtime", flags: ["-L", scratch.path.string, "-lcudart"])
        let file = try FileDescriptor.open(scratch.write("file", user), .readOnly)
        let names = try file.closeAfter { ELFDynamicSection(of: file.rawValue).libraries }
        #expect(names.contains("libcudart.so.11.0"))
        let fixture = try PublishingFixture()
        let packages = try fixture.packages([
            WheelFixture("user", files: [("user/libuser.so", user)]), WheelFixture("bare"),
            WheelFixture("runtime", files: [("runtime/libcudart.so.11.0", runtime)]),
        ])
        try fixture.folders.unpack(Array(packages.prefix(2)), workers: fixture.workers)
        let kept = try fixture.folders.libraries(of: packages.map(\.unit.treeDigest))
        #expect(kept[0]?.contains("libcudart.so.11.0") == true && kept[1] == [] && kept[2] == nil)
        #expect(try fixture.folders.path(of: packages[0].unit) == fixture.folders.path(of: packages[0]))
        #expect(try fixture.folders.path(of: packages[2].unit) == nil)
    }

    @Test("a file that is cut or changed anywhere is read without harm")
    func malformed() async throws {
        let bytes = try await library("liba.so", "a", flags: ["-Wl,-rpath,$ORIGIN/../b"])
        for end in [0, 3, 4, 63, 64, 100, 500, 1000, 5000, bytes.count - 1] {
            _ = try entries(Array(bytes.prefix(end)))
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<4 {
                changed[Int.random(in: 4..<1024, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try entries(changed)
        }
        #expect(try entries(Array("#!/bin/sh\n".utf8)).isEmpty)
    }

    @Test(
        "a library that reaches another package is loaded through a tree of links",
        .enabled(if: PublishingFixture.system != nil, "needs /usr/bin/python3"), arguments: LinksMode.allCases)
    func reaching(links: LinksMode) async throws {
        let fixture = try PublishingFixture()
        let far = try await library("libfar.so", "far")
        // Built where it lies beside the other, as torch is beside nvidia.
        try scratch.write("far/lib/libfar.so", far)
        let near = try await library(
            "libnear.so", "near", calls: "far",
            flags: ["-L", scratch.file("far/lib").string, "-lfar", "-Wl,-rpath,$ORIGIN/../../far/lib"])
        let own = try await library(
            "libown.so", "own", calls: "near",
            flags: ["-L", scratch.path.string, "-lnear", "-Wl,-rpath,$ORIGIN/../lib", "-Wl,--allow-shlib-undefined"])
        let packages = try fixture.packages([
            WheelFixture(
                "near",
                files: [
                    ("near/lib/libnear.so", near), ("near/ext/libown.so", own), ("near/data/x.txt", [1]),
                    ("near/__init__.py", Array("".utf8)),
                ]),
            WheelFixture("far", files: [("far/lib/libfar.so", far), ("far/__init__.py", [])]),
        ])
        let tree = try fixture.publish(packages, links: links)
        if links == .symlink {
            let modules = tree.appending(fixture.modules)
            #expect(modules.appending("near/lib").linkTarget == nil)
            #expect(modules.appending("near/lib/libnear.so").linkTarget != nil)
            #expect(modules.appending("near/data").linkTarget != nil)
            #expect(modules.appending("far").linkTarget != nil)
        }
        for (path, function, expected) in [("lib/libnear.so", "near", "42"), ("ext/libown.so", "own", "43")] {
            let program = """
                import ctypes, os, near
                library = ctypes.CDLL(os.path.join(os.path.dirname(near.__file__), '\(path)'))
                print(library.\(function)())
                """
            let outcome = try await Command(tree.appending("bin/python").string, ["-B", "-c", program]).outcome()
            #expect(outcome.text == expected + "\n", "\(outcome.errorText)")
        }
    }
}
