import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing

@testable import Units

@Suite struct ScriptTests {
    @Test(
        "a script's first line is replaced when it begins with #!python, and only then",
        arguments: [
            ("#!python\nprint()\n", true), ("#!pythonw\nx", true), ("#!python3 -u\nx", true), ("#!python", true),
            ("#!/usr/bin/python\n", false), ("#! python\n", false), ("print()\n", false), ("", false),
        ])
    func relocatable(script: String, expected: Bool) {
        #expect(Script.isRelocatable(script.utf8) == expected)
    }

    @Test("a declared encoding stays in the second line, where it counts")
    func encoding() {
        let script = Array("#!python\n# -*- coding: latin-1 -*-\nx = 1\n".utf8)
        let lines = String(decoding: Script.relocated(script), as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == "#!/bin/sh")
        #expect(lines[1] == "# -*- coding: latin-1 -*-")
        #expect(lines[3] == "x = 1")
        let plain = String(decoding: Script.relocated(Array("#!python\nx = 1\n".utf8)), as: UTF8.self)
        #expect(plain.split(separator: "\n").count == 3)
    }

    @Test("the bytes behind the first line are kept as they are")
    func rest() {
        let rest: [UInt8] = [0xFF, 0x0D, 0x0A, 0x00, 0x80]
        #expect(Script.relocated(Array("#!python\r\n".utf8) + rest).suffix(5) == rest[...])
    }
}

/// Scripts run in trees as they are delivered.
@Suite(.enabled(if: !Interpreters.found.isEmpty, "needs a Python 3")) struct RunningScriptTests {
    let scratch: Scratch
    let python: Interpreters.Found

    init() throws {
        scratch = try Scratch("script")
        python = try #require(Interpreters.found.last)
    }

    /// A tree with an interpreter, a module and some scripts, in a folder whose name is trouble.
    ///
    /// The scripts are put there by another process: a program cannot be run while anybody has it open for writing, and
    /// what this process has open, the children that other tests start meanwhile have open too.
    func tree(_ scripts: [String: [UInt8]]) async throws -> FilePath {
        let tree = scratch.file("a 'tree' of $5 & more")
        try FileManager.default.createDirectory(
            atPath: tree.appending("bin").string, withIntermediateDirectories: true)
        for (name, bytes) in scripts {
            let script = try scratch.write("scripts/\(name)", bytes)
            try await Command(
                "install", ["-m", "755", script.string, tree.appending("bin").appending(name).string]
            ).run()
        }
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending("bin/python").string, withDestinationPath: python.path)
        try scratch.write("a 'tree' of $5 & more/pyvenv.cfg", "include-system-site-packages = false\n")
        try scratch.write(
            "a 'tree' of $5 & more/lib/python3.\(python.minor)/site-packages/demo.py",
            """
            import sys
            class App:
                @staticmethod
                def main():
                    print(sys.prefix)
                    print(sys.argv)
                    return 3
            """)
        return tree
    }

    static let entryPoint = Script.entryPoint(
        EntryPoints.Script(name: "demo", module: "demo", attribute: "App.main"))

    @Test("an entry point runs in its own tree: by path, through a link to it, through a link to the tree, from inside")
    func places() async throws {
        let tree = try await tree(["demo": Self.entryPoint])
        let linked = scratch.file("link to tree")
        try FileManager.default.createSymbolicLink(atPath: linked.string, withDestinationPath: tree.string)
        let command = scratch.file("command")
        try FileManager.default.createSymbolicLink(
            atPath: command.string, withDestinationPath: linked.appending("bin/demo").string)
        let real = try await Command("realpath", [tree.string]).run()
        for program in [tree.appending("bin/demo"), linked.appending("bin/demo"), command] {
            let outcome = try await Command(program.string, ["a b", "$HOME", "*"]).outcome()
            #expect(outcome.status == 3, "\(outcome.errorText)")
            #expect(outcome.text == real + pythonList([program.string, "a b", "$HOME", "*"]))
            #expect(outcome.errorText.isEmpty)
        }
        let inside = try await Command("./demo", in: tree.appending("bin")).outcome()
        #expect(inside.status == 3)
    }

    /// A list as Python prints it.
    private func pythonList(_ words: [String]) -> String {
        "[" + words.map { $0.contains("'") ? "\"\($0)\"" : "'\($0)'" }.joined(separator: ", ") + "]\n"
    }

    @Test("a script keeps its docstring, its future imports and its encoding")
    func contents() async throws {
        let body = "\"\"\"A docstring.\"\"\"\nfrom __future__ import annotations\nprint(__doc__, 'caf\u{e9}')\n"
        let latin = Array("#!python\n# coding: latin-1\n".utf8) + body.unicodeScalars.map { UInt8($0.value) }
        let plain = Array("#!pythonw\n".utf8) + Array(body.utf8)
        let tree = try await tree(["latin": Script.relocated(latin), "plain": Script.relocated(plain)])
        for name in ["latin", "plain"] {
            let outcome = try await Command(
                tree.appending("bin").appending(name).string, environment: ["PYTHONIOENCODING": "utf-8"]
            ).outcome()
            #expect(outcome.text == "A docstring. café\n", "\(outcome.errorText)")
            #expect(outcome.errorText.isEmpty)
        }
    }

    @Test(
        "the launch line serves every shell that stands in for sh",
        arguments: ["dash", "bash", "busybox", "ksh", "zsh"])
    func shells(shell: String) async throws {
        guard let found = Peer.find(shell) else { return }
        let tree = try await tree(["demo": Self.entryPoint])
        let arguments = shell == "busybox" ? ["sh"] : []
        let outcome = try await Command(found.string, arguments + [tree.appending("bin/demo").string, "x"]).outcome()
        #expect(outcome.status == 3)
        #expect(outcome.errorText.isEmpty)
    }
}
