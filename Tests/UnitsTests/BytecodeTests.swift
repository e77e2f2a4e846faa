import Archive
import ContentStore
import Cryptography
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Workers

@testable import Units

// Foundation has one of its own.
private typealias Unit = Units.Unit

@Suite struct BytecodeSourceTests {
    @Test(
        "bytecode lies where PEP 3147 puts it",
        arguments: [
            ("lib/a/b.py", "lib/a/__pycache__/b.cpython-311.pyc"), ("c.py", "__pycache__/c.cpython-311.pyc"),
            ("a/b.c.py", "a/__pycache__/b.c.cpython-311.pyc"), ("a/b.pyi", nil), ("a/.py", nil), ("a/py", nil),
        ])
    func target(path: String, expected: String?) {
        #expect(BytecodeSource.target(of: path, cacheTag: "cpython-311") == expected)
    }

    @Test("only modules are compiled, and none whose bytecode the wheel brings")
    func sources() throws {
        let wheel = WheelFixture("demo").adding("demo/own.py", "").adding(
            "demo/__pycache__/own.cpython-311.pyc", "theirs"
        ).adding("demo-1.0.data/data/share/x.py", "").adding("top.py", "").adding("demo/a-b.py", "")
        let sources = try BytecodeSource.sources(of: WheelUnitTests.unit(wheel), cacheTag: "cpython-311")
        #expect(
            sources.map { $0.file.path.dropFirst(WheelUnitTests.modules.count) } == [
                "top.py", "demo/__init__.py", "demo/a-b.py",
            ])
        #expect(sources.map(\.target) == sources.map(\.target).sorted())
    }

    @Test("tests have no bytecode, and what is only called like one has")
    func tests() throws {
        let tests = ["demo/tests/test_a.py", "demo/a/tests/b/c_test.py", "demo/tests/conftest.py", "demo/ops_test.py"]
        let programs = [
            "demo/__init__.py", "demo/_trend_test.py", "demo/conftest.py", "demo/ops.py", "demo/test_util.py",
            "demo/tests.py", "demo/tests/__init__.py", "demo/tests/runner.py", "testing/test_x.py",
        ]
        var wheel = WheelFixture("demo")
        for path in tests + programs.dropFirst() { wheel = wheel.adding(path, "") }
        let sources = try BytecodeSource.sources(of: WheelUnitTests.unit(wheel), cacheTag: "cpython-311")
        #expect(sources.map { String($0.file.path.dropFirst(WheelUnitTests.modules.count)) }.sorted() == programs)
    }

    @Test("a description reads back, with a unit and without")
    func record() throws {
        let unit = try UnitTests.unit(UnitTests.files)
        let some = Bytecode(unit: unit, skipped: ["a.py", "b/é.py"])
        let tree = try unit.tree.record()
        func read(_ record: [UInt8]) throws -> Bytecode {
            try Bytecode(record: record) { try Unit(record: $0) { _ in tree } }
        }
        #expect(try read(some.record) == some)
        let none = Bytecode(unit: nil, skipped: [])
        #expect(try read(none.record) == none)
        #expect(throws: UnitsError.self) { try read(Array(some.record.dropLast())) }
    }
}

@Suite(.enabled(if: !Interpreters.found.isEmpty, "needs a Python 3")) struct BytecodeTests {
    let scratch: Scratch
    let store: ContentStore
    let interpreter: Interpreter

    init() throws {
        scratch = try Scratch("bytecode")
        store = ContentStore(at: scratch.file("data"))
        let system = Interpreters.found.first { $0.path.hasPrefix("/usr/bin") }
        interpreter = try Interpreter.asking(FilePath(try #require(system ?? Interpreters.found.last).path))
    }

    var python: PythonVersion { interpreter.version.withoutPatch }
    var modules: String { python.sitePackages + "/" }

    func units(_ wheels: [WheelFixture], in store: ContentStore? = nil) throws -> [Units.Unit] {
        let store = store ?? self.store
        let stored = try wheels.map { wheel in
            UnitCatalog.Artifact(try WheelFilename(wheel.filename), digest: try store.insert(wheel.bytes).digest)
        }
        return try UnitCatalog(store: store, workers: Workers(count: 1)).units(of: stored, python: python)
    }

    /// Writes units as a tree that an interpreter can import from.
    func tree(_ units: [Units.Unit]) throws -> FilePath {
        var reader = UnitReader()
        for unit in units {
            let source = try UnitSource(unit, in: store)
            for file in try unit.files() {
                var bytes: [UInt8] = []
                try reader.read(file, of: source, into: &bytes)
                try scratch.write("tree/" + file.path, bytes)
            }
        }
        return scratch.file("tree")
    }

    func importing(_ program: String, from tree: FilePath) async throws -> Command.Outcome {
        try await Command(
            interpreter.path.string, ["-S", "-B", "-c", program],
            environment: ["PYTHONPATH": tree.appending(modules).string]
        ).outcome()
    }

    static let demo = WheelFixture(
        "demo", files: [("demo/__init__.py", Array("value = 'compiled'\n\ndef fail():\n    raise KeyError(1)\n".utf8))])

    @Test("Python loads the bytecode without looking at the source")
    func loaded() async throws {
        let units = try units([Self.demo])
        let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: 1))
            .bytecode(of: units, interpreter: interpreter)
        let compiled = try #require(bytecode.first?.unit)
        let cached = "\(modules)demo/__pycache__/__init__.\(interpreter.build.cacheTag).pyc"
        #expect(try compiled.files().map(\.path) == [cached])
        #expect(compiled.kind == .bytecode)
        #expect(compiled.name == "demo")
        #expect(bytecode.first?.skipped == [])

        let tree = try tree(units + [compiled])
        try scratch.write("tree/\(modules)demo/__init__.py", "value = 'source'\n")
        let outcome = try await importing("import demo; print(demo.value, demo.__cached__)", from: tree)
        #expect(outcome.text == "compiled \(tree.appending(cached))\n", "\(outcome.errorText)")
    }

    @Test("a traceback names the real file and shows its line, though the bytecode carries a relative name")
    func traceback() async throws {
        let units = try units([Self.demo])
        let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: 1))
            .bytecode(of: units, interpreter: interpreter)
        let tree = try tree(units + [try #require(bytecode.first?.unit)])
        let outcome = try await importing("import demo; demo.fail()", from: tree)
        let file = tree.appending("\(modules)demo/__init__.py")
        #expect(outcome.errorText.contains("File \"\(file)\", line 4, in fail\n    raise KeyError(1)\n"))
    }

    @Test("the header is that of an unchecked hash, with the hash that Python computes")
    func header() async throws {
        let units = try units([Self.demo])
        let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: 1))
            .bytecode(of: units, interpreter: interpreter)
        let unit = try #require(bytecode.first?.unit)
        var reader = UnitReader()
        var bytes: [UInt8] = []
        try reader.read(try #require(unit.files().first), of: UnitSource(unit, in: store), into: &bytes)
        #expect(Array(bytes[..<8]) == interpreter.build.magic + [1, 0, 0, 0])
        let source = try scratch.write("source", try #require(Self.demo.files.first).content)
        let hash = try await Command(
            interpreter.path.string,
            [
                "-c",
                "import importlib.util, sys; print(list(importlib.util.source_hash(open(sys.argv[1],'rb').read())))",
                source.string,
            ]
        ).run()
        #expect("\(Array(bytes[8..<16]))\n" == hash)
    }

    @Test("sources that do not compile are left out and told; one in another encoding compiles")
    func skipped() async throws {
        let latin = Array("# coding: latin-1\nx = '".utf8) + [0xE9, 0x27, 0x0A]
        let wheel = WheelFixture("demo", files: [("demo/__init__.py", []), ("demo/latin.py", latin)])
            .adding("demo/py2.py", "print 'old'\n").adding("demo/template.py", "{{ name }} = \n")
            .adding("demo/null.py", "x = '\u{0}'\n").adding("demo/bad.py", "# coding: no-such-encoding\n")
        let units = try units([wheel])
        let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: 2))
            .bytecode(of: units, interpreter: interpreter)
        let result = try #require(bytecode.first)
        #expect(result.skipped == ["bad", "null", "py2", "template"].map { "\(modules)demo/\($0).py" })
        let unit = try #require(result.unit)
        #expect(
            try unit.files().map { $0.path.split(separator: "/").last?.prefix { $0 != "." } } == ["__init__", "latin"])
        let tree = try tree(units + [unit])
        #expect(try await importing("import demo.latin as l; print(ascii(l.x))", from: tree).text == "'\\xe9'\n")
    }

    @Test("a unit without sources, or with none that compiles, has no bytecode, and is not looked at again")
    func none() throws {
        let wheels = [
            WheelFixture("data", files: [("data/x.txt", [1])]),
            WheelFixture("old", files: [("old.py", Array("print 1\n".utf8))]),
        ]
        let units = try units(wheels)
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 2))
        let bytecode = try compiler.bytecode(of: units, interpreter: interpreter)
        #expect(bytecode.map(\.unit) == [nil, nil])
        #expect(bytecode.map(\.skipped) == [[], [modules + "old.py"]])
        #expect(try compiler.known(units, build: interpreter.build) == bytecode)
    }

    /// Modules with what is hard to write down the same way twice.
    static func trouble(_ name: String, modules: Int) -> WheelFixture {
        var wheel = WheelFixture(name, files: [])
        for index in 0..<modules {
            wheel = wheel.adding(
                "\(name)/m\(index).py",
                """
                import os, re
                kinds = lambda x: x in {'a', None, 'name_\(index)', (1, 'b'), 2.5, ...}
                same = lambda x: x in {'a', None, 'name_\(index)', (1, 'b'), 2.5, ...}
                class C\(index):
                    '''Doc \(index).'''
                    def method(self, argument_\(index % 3), other=('x', 'y', 1j), *, key=-0.0):
                        def inner(): return argument_\(index % 3), self, 'x y', b'x', 10 ** 20
                        return inner, f'{key!r:>{other}}', [i for i in range(\(index))]
                """)
        }
        return wheel
    }

    @Test("the bytes do not depend on the number of workers, the order of units, or what was compiled before")
    func determinism() throws {
        let wheels = [Self.trouble("one", modules: 40), Self.trouble("two", modules: 25), Self.demo]
        var artifacts: [[String: SHA256Digest]] = []
        for (run, order) in [(1, wheels), (2, wheels.reversed()), (3, [wheels[1], wheels[2], wheels[0]])] {
            let store = ContentStore(at: scratch.file("data\(run)"))
            let units = try units(order, in: store)
            let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: run))
                .bytecode(of: units, interpreter: interpreter)
            artifacts.append(
                Dictionary(uniqueKeysWithValues: bytecode.compactMap(\.unit).map { ($0.name, $0.artifact) }))
        }
        #expect(artifacts[0].count == 3)
        #expect(artifacts[0] == artifacts[1])
        #expect(artifacts[0] == artifacts[2])
    }

    @Test("bytecode is made once; a lost artifact is made again, byte for byte")
    func cached() throws {
        let units = try units([Self.trouble("one", modules: 5)])
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 2))
        #expect(try compiler.known(units, build: interpreter.build) == [nil])
        let first = try compiler.bytecode(of: units, interpreter: interpreter)
        #expect(try compiler.known(units, build: interpreter.build) == first)

        let broken = Interpreter(
            path: "/nowhere/python", version: interpreter.version, build: interpreter.build, cLibrary: "")
        #expect(try compiler.bytecode(of: units, interpreter: broken) == first)
        let artifact = try #require(first.first?.unit?.artifact)
        try store.blobPath(artifact).removeFile()
        #expect(throws: UnitsError.self) { try compiler.bytecode(of: units, interpreter: broken) }
        #expect(try compiler.bytecode(of: units, interpreter: interpreter) == first)
        #expect(try store.contains(artifact))
    }

    @Test("bytecode whose description the store has lost is an error once, and then made again")
    func lostTree() throws {
        let units = try units([Self.demo])
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 1))
        let made = try #require(try compiler.bytecode(of: units, interpreter: interpreter).first?.unit)
        try store.removeRecord(kind: "unittree.1", key: "\(made.artifact.hex) \(made.treeDigest.hex)")
        let known = try #require(try compiler.known(units, build: interpreter.build).first??.unit)
        let error = #expect(throws: UnitsError.self) { try known.files() }
        #expect(error?.code == .damagedRecord)
        #expect(try compiler.known(units, build: interpreter.build) == [nil])
        let again = try compiler.bytecode(of: units, interpreter: interpreter)
        #expect(try again.first?.unit?.files() == made.files())
    }

    @Test("progress counts every file once")
    func progress() throws {
        let last = Box(BytecodeCompiler.Progress(done: 0, total: 0))
        _ = try BytecodeCompiler(store: store, workers: Workers(count: 2)).bytecode(
            of: units([Self.trouble("one", modules: 33)]), interpreter: interpreter
        ) { progress in
            if progress.done > last.value.done { last.value = progress }
        }
        #expect(last.value == BytecodeCompiler.Progress(done: 33, total: 33))
    }
}

/// Interpreters that break down.
extension BytecodeTests {
    /// An interpreter that compiles as the real one does, but first does something for each name.
    func compiler(doing action: String) async throws -> Interpreter {
        let program = """
            #!\(interpreter.path) -S
            import marshal, os, signal, sys, _imp
            key = int.from_bytes(bytes(\(interpreter.build.magic)), 'little')
            read, write = open(0, 'rb').read, open(1, 'wb', buffering=0).write
            write(b'pyc1')
            while True:
                head = read(8)
                if len(head) < 8: break
                name = read(int.from_bytes(head[:4], 'little')).decode()
                source = read(int.from_bytes(head[4:], 'little'))
                \(action)
                code = _imp.source_hash(key, source) + marshal.dumps(compile(source, name, 'exec', 0, True))
                write(len(code).to_bytes(4, 'little') + code)
            """
        let source = try scratch.write("fake", program)
        let fake = scratch.file("python-fake")
        try await Command("install", ["-m", "755", source.string, fake.string]).run()
        return Interpreter(path: fake, version: interpreter.version, build: interpreter.build, cLibrary: "")
    }

    @Test("a source that the interpreter dies of once is compiled alone, to the same bytes")
    func passingCrash() async throws {
        let fake = try await compiler(
            doing: "if sys.argv[-1] != 'alone' and ('m3.py' in name or 'm17.py' in name): os.abort()")
        let units = try units([Self.trouble("one", modules: 30)])
        let bytecode = try BytecodeCompiler(store: store, workers: Workers(count: 2))
            .bytecode(of: units, interpreter: fake)
        #expect(bytecode.first?.skipped == [])
        let other = ContentStore(at: scratch.file("other"))
        let real = try BytecodeCompiler(store: other, workers: Workers(count: 2))
            .bytecode(of: self.units([Self.trouble("one", modules: 30)], in: other), interpreter: interpreter)
        #expect(bytecode == real)
    }

    @Test("a source that the interpreter dies of alone too is an error that names both, and nothing is kept")
    func lastingCrash() async throws {
        let fake = try await compiler(doing: "if 'm3.py' in name: os.kill(os.getpid(), signal.SIGSEGV)")
        let units = try units([Self.trouble("one", modules: 5)])
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 2))
        let error = #expect(throws: UnitsError.self) { try compiler.bytecode(of: units, interpreter: fake) }
        #expect(error?.code == .compilationFailed)
        #expect(error?.subject == fake.path.string)
        #expect(error?.message == "was ended by signal 11 when it compiled \(modules)one/m3.py of one 1.0")
        #expect(try compiler.known(units, build: interpreter.build) == [nil])
    }

    /// The real interpreter, with limits (`ulimit`) where `condition` holds of its arguments.
    func limited(_ limits: String, when condition: String) async throws -> Interpreter {
        let program = """
            #!/bin/bash
            if \(condition); then ulimit \(limits); fi
            exec \(interpreter.path) "$@"
            """
        let source = try scratch.write("limited", program)
        let path = scratch.file("python-limited")
        try await Command("install", ["-m", "755", source.string, path.string]).run()
        return Interpreter(path: path, version: interpreter.version, build: interpreter.build, cLibrary: "")
    }

    @Test("too little memory is no property of a source: it is compiled alone, or an error that is not kept")
    func memory() async throws {
        let large = "x = [" + (0..<60_000).map { "'name \($0)', " }.joined() + "]\n"
        let wheel = WheelFixture("demo").adding("demo/large.py", large)
        let units = try units([wheel])
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 1))
        let always = try await limited("-v 40000", when: "true")
        let error = #expect(throws: UnitsError.self) { try compiler.bytecode(of: units, interpreter: always) }
        #expect(error?.code == .compilationFailed)
        #expect(try compiler.known(units, build: interpreter.build) == [nil])
        let first = try await limited("-v 40000", when: "[ \"${*: -1}\" != alone ]")
        #expect(try compiler.bytecode(of: units, interpreter: first).first?.skipped == [])
    }

    @Test("what is nested too deep is skipped, whatever stack the machine allows")
    func depth() async throws {
        let wheel = WheelFixture("demo").adding("demo/minus.py", String(repeating: "-", count: 50_000) + "1\n")
            .adding("demo/sum.py", "x = 1" + String(repeating: " + 1", count: 50_000) + "\n")
            .adding("demo/some.py", "x = 1" + String(repeating: " + 1", count: 500) + "\n")
        var results: [Bytecode] = []
        for stack in ["-s 8192", "-s 400"] {
            let store = ContentStore(at: scratch.file("data \(stack)"))
            let units = try units([wheel], in: store)
            let python = try await limited(stack, when: "true")
            results += try BytecodeCompiler(store: store, workers: Workers(count: 1))
                .bytecode(of: units, interpreter: python)
        }
        #expect(results[0] == results[1])
        #expect(results[0].skipped == ["minus", "sum"].map { "\(modules)demo/\($0).py" })
    }

    @Test(
        "an interpreter that is killed, ends or never starts is an error, and nothing is kept",
        arguments: [
            ("os.kill(os.getpid(), signal.SIGKILL)", "run out of memory"),
            ("sys.exit('out of order')", "status 1 while it compiled:\n    out of order"),
        ])
    func breakdown(action: String, expected: String) async throws {
        let units = try units([Self.demo])
        let fake = try await compiler(doing: action)
        let compiler = BytecodeCompiler(store: store, workers: Workers(count: 2))
        let error = #expect(throws: UnitsError.self) { try compiler.bytecode(of: units, interpreter: fake) }
        #expect(error?.code == .compilationFailed)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(try compiler.known(units, build: interpreter.build) == [nil])

        for path in ["/nowhere/python", "/bin/true", "/bin/cat"] as [FilePath] {
            let none = Interpreter(path: path, version: interpreter.version, build: interpreter.build, cLibrary: "")
            let error = #expect(throws: UnitsError.self) { try compiler.bytecode(of: units, interpreter: none) }
            #expect(error?.code == .compilationFailed)
            #expect(error?.subject == path.string)
        }
    }

    @Test("a wheel whose source is not what RECORD promises is refused")
    func lyingSource() throws {
        let rows = String(decoding: try #require(Self.demo.members.last).content, as: UTF8.self)
        let digest = SHA256Digest(of: try #require(Self.demo.files.first).content).base64URL
        let lie = Self.demo.with(
            \.givenRecord, Array(rows.replacing(digest, with: SHA256Digest(of: "other").base64URL).utf8))
        let units = try units([lie])
        let error = #expect(throws: UnitsError.self) {
            try BytecodeCompiler(store: store, workers: Workers(count: 1)).bytecode(of: units, interpreter: interpreter)
        }
        #expect(error?.code == .wrongContent)
    }
}

/// A value that threads share.
private final class Box<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Value

    init(_ value: Value) { stored = value }

    var value: Value {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
