import ContentStore
import Cryptography
import PythonPackaging
import TestSupport
import Testing

@testable import Publishing
@testable import Units

@Suite struct TreePlanTests {
    static let python = PythonVersion(3, 11)
    static let modules = "lib/python3.11/site-packages"

    static func package(_ paths: [String], content: String = "") throws -> Package {
        Package(
            try Unit(
                kind: .wheel, artifact: SHA256Digest(of: "a"), name: "a", version: "1", python: python,
                files: paths.map { UnitFile(path: $0, generated: Array(content.utf8)) }))
    }

    static func plan(
        _ packages: [[String]], real: Set<String> = [], linksFolders: Bool = true
    ) throws -> TreePlan {
        try TreePlan(
            packages.map { try package($0) }, python: python, realFolders: real, linksFolders: linksFolders)
    }

    static func links(_ plan: TreePlan) -> Set<String> {
        Set(plan.links.map { "\($0.package) \($0.path)\($0.isFolder ? "/" : "")" })
    }

    @Test("links stand at the highest folder that one package owns; what several share is real")
    func highest() throws {
        let plan = try Self.plan([
            ["\(Self.modules)/a/x/y.py", "\(Self.modules)/a/z.py", "\(Self.modules)/one.py", "share/doc/a/x"],
            ["\(Self.modules)/b/x.py", "share/doc/b/x", "share/man/x"],
        ])
        #expect(
            Self.links(plan) == [
                "0 \(Self.modules)/a/", "0 \(Self.modules)/one.py", "1 \(Self.modules)/b/", "0 share/doc/a/",
                "1 share/doc/b/", "1 share/man/",
            ])
        #expect(plan.folders == ["bin", "lib", "lib/python3.11", Self.modules, "share", "share/doc"])
        #expect(plan.copies.isEmpty)
        #expect(plan.conflicts.isEmpty)
    }

    @Test("namespace packages merge, each part a link of its own")
    func namespaces() throws {
        let plan = try Self.plan([
            ["\(Self.modules)/google/auth/x.py"], ["\(Self.modules)/google/cloud/a/x.py"],
            ["\(Self.modules)/google/cloud/b/x.py"],
        ])
        #expect(
            Self.links(plan) == [
                "0 \(Self.modules)/google/auth/", "1 \(Self.modules)/google/cloud/a/",
                "2 \(Self.modules)/google/cloud/b/",
            ])
        #expect(plan.folders.contains("\(Self.modules)/google/cloud"))
    }

    @Test("bin and the folder of modules are real even where one package has them alone, or none")
    func always() throws {
        let one = try Self.plan([["\(Self.modules)/a.py", "bin/a", "bin/sub/b"]])
        #expect(one.folders == ["bin", "bin/sub", "lib", "lib/python3.11", Self.modules])
        #expect(one.copies.map(\.path) == ["bin/a", "bin/sub/b"])
        #expect(try Self.plan([]).folders == ["bin", "lib", "lib/python3.11", Self.modules])
    }

    @Test("a folder that must be real has links below it, and the folders above it are real too")
    func realFolders() throws {
        let plan = try Self.plan(
            [["\(Self.modules)/t/lib/a.so", "\(Self.modules)/t/lib/sub/b.so", "\(Self.modules)/t/py/x.py"]],
            real: ["\(Self.modules)/t/lib"])
        #expect(
            Self.links(plan) == [
                "0 \(Self.modules)/t/lib/a.so", "0 \(Self.modules)/t/lib/sub/", "0 \(Self.modules)/t/py/",
            ])
        #expect(plan.folders.suffix(2) == ["\(Self.modules)/t", "\(Self.modules)/t/lib"])
    }

    @Test("without links to folders every folder is real and every file an entry")
    func files() throws {
        let plan = try Self.plan([["share/a/x", "share/a/b/y", "bin/z"]], linksFolders: false)
        #expect(Self.links(plan) == ["0 share/a/x", "0 share/a/b/y"])
        #expect(plan.copies.map(\.path) == ["bin/z"])
        #expect(plan.folders.contains("share/a/b"))
    }

    @Test("of two that own one path the later one has it, and a different content is told", arguments: [true, false])
    func conflicts(linksFolders: Bool) throws {
        let plan = try TreePlan(
            [Self.package(["share/a", "share/own"], content: "1"), Self.package(["share/a"], content: "2")],
            python: Self.python, linksFolders: linksFolders)
        #expect(Self.links(plan) == ["0 share/own", "1 share/a"])
        #expect(plan.conflicts == [TreePlan.Conflict(path: "share/a", packages: [0, 1])])
        let equal = try Self.plan([["share/a"], ["share/a"]], linksFolders: linksFolders)
        #expect(Self.links(equal) == ["1 share/a"])
        #expect(equal.conflicts.isEmpty)
    }

    @Test("a package's bytecode does not part its folders; modules at the top share one real cache")
    func bytecode() throws {
        func compiled(_ name: String) throws -> Package {
            func unit(_ kind: Unit.Kind, _ paths: [String]) throws -> Unit {
                try Unit(
                    kind: kind, artifact: SHA256Digest(of: name), name: name, version: "1", python: Self.python,
                    files: paths.map { UnitFile(path: "\(Self.modules)/\($0)", generated: []) })
            }
            return Package(
                try unit(.wheel, ["\(name)/a.py", "top_\(name).py"]),
                bytecode: try unit(.bytecode, ["\(name)/__pycache__/a.pyc", "__pycache__/top_\(name).pyc"]))
        }
        let plan = try TreePlan([compiled("one"), compiled("two")], python: Self.python)
        #expect(
            Self.links(plan) == [
                "0 \(Self.modules)/one/", "1 \(Self.modules)/two/", "0 \(Self.modules)/top_one.py",
                "1 \(Self.modules)/top_two.py", "0 \(Self.modules)/__pycache__/top_one.pyc",
                "1 \(Self.modules)/__pycache__/top_two.pyc",
            ])
    }

    @Test("a kept plan reads back; one that names packages that are not there does not")
    func record() throws {
        let plan = try TreePlan(
            [
                Self.package(["share/with space/a", "bin/x", "share/é"], content: "1"),
                Self.package(["share/é", "share/with space/b"], content: "2"),
            ], python: Self.python)
        #expect(TreePlan(record: plan.record, packages: 2) == plan)
        #expect(TreePlan(record: plan.record, packages: 1) == nil)
        #expect(TreePlan(record: Array("q 0 x\n".utf8), packages: 2) == nil)
    }

    @Test("a plan is kept under its packages, their order and the Python version")
    func key() throws {
        let packages = try [Self.package(["share/a"]), Self.package(["share/b"])].map(\.folderName)
        let keys = [
            TreePlan.key(packages, python: Self.python), TreePlan.key(packages.reversed(), python: Self.python),
            TreePlan.key(packages, python: PythonVersion(3, 12)), TreePlan.key([packages[0]], python: Self.python),
        ]
        #expect(Set(keys).count == 4)
    }
}
