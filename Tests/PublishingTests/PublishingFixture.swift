import ContentStore
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Units
import Workers

@testable import Publishing

/// A data folder with wheels in it, and trees published from them.
struct PublishingFixture {
    let scratch: Scratch
    let store: ContentStore
    let folders: PackageFolders
    let workers = Workers(count: 2)
    /// The interpreter of this machine that trees are for.
    let interpreter: Interpreter

    var python: PythonVersion { PythonVersion(interpreter.version.major, interpreter.version.minor) }
    var modules: String { python.sitePackages + "/" }

    static let system: Interpreter? = [
        "/usr/bin/python3.11", "/usr/bin/python3", "/usr/local/bin/python3",
    ].lazy.compactMap { try? Interpreter.asking(FilePath($0)) }.first

    /// Memory where there is some: unpacking ends with a sync of the file system, and a busy disk makes that long.
    static let memory: FilePath? = FilePath("/dev/shm").exists ? "/dev/shm" : nil

    init(in parent: FilePath? = memory) throws {
        scratch = try Scratch("publishing", in: parent)
        store = ContentStore(at: scratch.file("data"))
        folders = PackageFolders(in: store)
        interpreter =
            Self.system
            ?? Interpreter(
                path: "/usr/bin/python3", version: PythonVersion(3, 11, 0),
                build: InterpreterBuild(description: "", cacheTag: "", magic: [], extensionSuffix: ""), cLibrary: "")
    }

    /// Described, with bytecode where it is asked for, not unpacked.
    func packages(_ wheels: [WheelFixture], bytecode: Bool = false) throws -> [Package] {
        let stored = try wheels.map { wheel in
            UnitCatalog.Artifact(try WheelFilename(wheel.filename), digest: try store.insert(wheel.bytes).digest)
        }
        let units = try UnitCatalog(store: store, workers: workers).units(of: stored, python: python)
        guard bytecode else { return units.map { Package($0) } }
        let compiled = try BytecodeCompiler(store: store, workers: workers)
            .bytecode(of: units, interpreter: interpreter)
        return zip(units, compiled).map { Package($0, bytecode: $1.unit) }
    }

    func glue(_ id: String = "id") -> TreeGlue {
        TreeGlue(
            interpreter: interpreter.path, python: interpreter.version,
            manifest: Array("{\"id\": \"\(id)\", \"units\": []}\n".utf8))
    }

    /// Unpacks and publishes.
    @discardableResult
    func publish(
        _ packages: [Package], links: LinksMode = .symlink, to name: String = "env", glue: TreeGlue? = nil
    ) throws -> FilePath {
        try folders.unpack(packages, workers: workers)
        let publisher = TreePublisher(folders, workers: workers)
        let plan = try publisher.plan(packages, python: python, links: links)
        let destination = scratch.file(name)
        try publisher.publish(
            plan, packages.map(\.folderName), links: links, glue: glue ?? self.glue(), to: destination)
        return destination
    }
}

extension FilePath {
    var text: String? { try? String(contentsOfFile: string, encoding: .utf8) }
    /// What a link says; `nil` for what is no link.
    var linkTarget: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: string) }
    var exists: Bool { FileManager.default.fileExists(atPath: string) }
    var mode: Int? {
        (try? FileManager.default.attributesOfItem(atPath: string)[.posixPermissions]) as? Int
    }
    /// The names in a folder, sorted, hidden ones too.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: string)) ?? []).sorted() }
    func remove() throws { try FileManager.default.removeItem(atPath: string) }
    func write(_ text: String) throws { try text.write(toFile: string, atomically: false, encoding: .utf8) }
    func makeFolder() throws {
        try FileManager.default.createDirectory(atPath: string, withIntermediateDirectories: true)
    }
}
