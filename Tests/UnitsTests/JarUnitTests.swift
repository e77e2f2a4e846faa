import Archive
import ContentStore
import Cryptography
import PythonPackaging
import TestSupport
import Testing
import Workers

@testable import Units

@Suite struct JarUnitTests {
    let scratch: Scratch
    let store: ContentStore
    let catalog: UnitCatalog

    init() throws {
        scratch = try Scratch("jars")
        store = ContentStore(at: scratch.file("data"))
        catalog = UnitCatalog(store: store, workers: Workers(count: 2))
    }

    private func insert(_ bytes: [UInt8], _ filename: String = "demo-1.0.jar") throws -> UnitCatalog.Artifact {
        let name = JarName(module: "org.example:demo", version: "1.0", filename: filename)
        return UnitCatalog.Artifact(name, digest: try store.insert(bytes).digest)
    }

    private static let jar = CraftedZip([.init("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")]).bytes

    @Test("a jar is one file of its environment, which is the artifact itself, and is read as promised")
    func described() throws {
        let unit = try #require(try catalog.units(of: [insert(Self.jar)], python: PythonVersion(3, 11)).first)
        #expect(unit.description == "org.example:demo 1.0" && unit.kind == .jar)
        let file = try #require(try unit.files().first)
        #expect(file.path == "jars/demo-1.0.jar" && file.origin == .artifact && !file.isExecutable)
        #expect(file.digest == unit.artifact && file.digest == SHA256Digest(of: Self.jar))
        var reader = UnitReader(bufferSize: 16)
        var bytes: [UInt8] = []
        try reader.read(file, of: UnitSource(unit, in: store), into: &bytes)
        #expect(bytes == Self.jar)
    }

    @Test("its tree depends on nothing but its bytes and its file's name")
    func treeDigest() throws {
        let tree = try catalog.units(of: [insert(Self.jar)], python: PythonVersion(3, 11))[0].treeDigest
        #expect(try catalog.units(of: [insert(Self.jar)], python: PythonVersion(3, 12))[0].treeDigest == tree)
        #expect(try catalog.units(of: [insert(Self.jar, "b.jar")], python: PythonVersion(3, 11))[0].treeDigest != tree)
    }

    @Test("what the JVM takes is taken: bytes before the zip, a name twice, a comment behind")
    func lenient() throws {
        let shell = Array("#!/bin/sh\nexec java -jar $0\n".utf8)
        _ = try catalog.units(of: [insert(shell + Self.jar)], python: PythonVersion(3, 11))
        let twice = CraftedZip([.init("a", "1"), .init("a", "2")]).bytes
        _ = try catalog.units(of: [insert(twice)], python: PythonVersion(3, 11))
    }

    @Test(
        "what is no zip is refused by its name",
        arguments: [
            [], Array("<!DOCTYPE html><html>404</html>".utf8), Array(jar.dropLast(4)), [UInt8](repeating: 0, count: 99),
        ])
    func noZip(_ bytes: [UInt8]) throws {
        let error = try #require(throws: UnitsError.self) {
            try catalog.units(of: [insert(bytes)], python: PythonVersion(3, 11))
        }
        #expect(error.code == .invalidJar && error.subject == "demo-1.0.jar" && error.category == .badArtifact)
    }

    @Test("a jar that has changed on the disk is not passed on as good")
    func damaged() throws {
        let artifact = try insert(Self.jar)
        let unit = try #require(try catalog.units(of: [artifact], python: PythonVersion(3, 11)).first)
        let file = try #require(try unit.files().first)
        var other = Self.jar
        other[40] ^= 1
        var reader = UnitReader()
        var bytes: [UInt8] = []
        let source = UnitSource(unit, bytes: MemorySource(other))
        let error = try #require(throws: UnitsError.self) { try reader.read(file, of: source, into: &bytes) }
        #expect(error.code == .wrongContent)
    }
}
