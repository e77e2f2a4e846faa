import Cryptography
import PythonPackaging
import Testing

@testable import Units

@Suite struct PathOwnershipTests {
    static func unit(_ files: [String: String], kind: Unit.Kind = .wheel) throws -> Unit {
        try Unit(
            kind: kind, artifact: SHA256Digest(of: "a"), name: "a", version: "1", python: PythonVersion(3, 11),
            files: files.map { UnitFile(path: $0.key, generated: Array($0.value.utf8)) })
    }

    static func ownership(_ units: [[String: String]]) throws -> PathOwnership {
        try PathOwnership(units.map { try unit($0) })
    }

    @Test("the last unit has a path that several bring; different contents are told, equal ones are not")
    func files() throws {
        let ownership = try Self.ownership([
            ["lib/a": "1", "lib/same": "x", "lib/own": "1"], ["lib/a": "2", "lib/same": "x"], ["lib/a": "1"],
        ])
        #expect(ownership.excluded == [["lib/a", "lib/same"], ["lib/a"], []])
        #expect(ownership.conflicts == [PathOwnership.Conflict(path: "lib/a", units: [0, 1, 2])])
    }

    @Test("a difference in the execute bit alone is told")
    func modes() throws {
        let units = try [false, true].map { isExecutable in
            try Unit(
                kind: .wheel, artifact: SHA256Digest(of: "a"), name: "a", version: "1", python: PythonVersion(3, 11),
                files: [UnitFile(path: "bin/x", isExecutable: isExecutable, generated: [])])
        }
        #expect(try PathOwnership(units).conflicts.map(\.path) == ["bin/x"])
    }

    @Test("folders are shared, at any depth")
    func folders() throws {
        let ownership = try Self.ownership([["n/s/a/x": "1"], ["n/s/b/x": "2"], ["n/t/x": "3"]])
        #expect(ownership.excluded == [[], [], []])
        #expect(ownership.conflicts.isEmpty)
    }

    @Test("where one brings a file and another a folder, the last one has the place")
    func fileAndFolder() throws {
        let file = try Self.ownership([["p/a/deep": "1"], ["p/a": "2"]])
        #expect(file.excluded == [["p/a"], []])
        #expect(file.conflicts == [PathOwnership.Conflict(path: "p/a", units: [0, 1])])
        let folder = try Self.ownership([["p/a": "1"], ["p/a/x": "2"], ["p/a/x": "3", "p/a/y": ""]])
        #expect(folder.excluded == [["p/a"], ["p/a/x"], []])
        #expect(folder.conflicts.map(\.path) == ["p/a", "p/a/x"])
    }

    @Test("a module that another unit replaces takes its bytecode with it")
    func staleBytecode() throws {
        let cache = "lib/__pycache__/m.cpython-311.pyc"
        let other = "lib/__pycache__/n.cpython-311.pyc"
        let units = try [
            Self.unit(["lib/m.py": "1", "lib/n.py": "1"]),
            Self.unit([cache: "one", other: "one"], kind: .bytecode),
            // This one's module does not compile, so its bytecode lacks it.
            Self.unit(["lib/m.py": "no python", "lib/o.py": ""]),
            Self.unit(["lib/__pycache__/o.cpython-311.pyc": "two"], kind: .bytecode),
        ]
        #expect(try PathOwnership(units).excluded == [["lib/m.py"], [cache], [], []])
        #expect(try PathOwnership(Array(units.dropLast())).excluded == [["lib/m.py"], [cache], []])
        let compiled = units.dropLast() + [try Self.unit([cache: "two"], kind: .bytecode)]
        #expect(try PathOwnership(Array(compiled)).excluded == [["lib/m.py"], [cache], [], []])
        let reversed = [units[2], units[3], units[0], units[1]]
        #expect(try PathOwnership(reversed).excluded == [["lib/m.py"], [], [], []])
        #expect(try PathOwnership(reversed).conflicts.map(\.path) == ["lib/m.py"])
    }
}
