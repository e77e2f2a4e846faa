import Archive
import ContentStore
import Cryptography
import Layers
import PythonPackaging
import SystemPackage
import TestSupport
import Units
import Workers

/// A store of its own with units from wheels made on the spot.
struct LayerFixture {
    let folder: Scratch
    let store: ContentStore

    init() throws {
        folder = try Scratch("layers")
        store = ContentStore(at: folder.file("data"))
    }

    func builder(
        _ format: LayerFormat = LayerFormat(root: "env"), workers: Int = 2
    ) -> LayerBuilder {
        LayerBuilder(store: store, format: format, workers: Workers(count: workers))
    }

    /// Stores a wheel and describes it.
    func unit(_ wheel: WheelFixture, _ bytes: [UInt8]? = nil) throws -> Unit {
        let bytes = try bytes ?? Self.deflated(wheel)
        let blob = try store.insert(bytes)
        let archive = try ZipArchive(source: MemorySource(bytes, name: wheel.filename))
        return try Unit.wheel(
            WheelFilename(wheel.filename), artifact: blob.digest, archive: archive, python: PythonVersion(3, 11))
    }

    /// A unit of just these files and one generated one, without anything that depends on how wheels are installed.
    func plainUnit(_ files: [(path: String, content: [UInt8])]) throws -> Unit {
        let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var bytes: [UInt8] = []
        var writer = ZipWriter()
        for (path, content) in sorted {
            try content.withUnsafeBytes { try writer.add(path, content: $0) { bytes += $0 } }
        }
        try writer.finish { bytes += $0 }
        let members = sorted.enumerated().map { index, file in
            UnitFile(
                path: "lib/\(file.path)", isExecutable: index % 2 == 1, size: UInt64(file.content.count),
                digest: SHA256Digest(of: file.content), origin: .member(index))
        }
        let script = UnitFile(path: "bin/demo", isExecutable: true, generated: Array("#!/bin/sh\n".utf8))
        return try Unit(
            kind: .wheel, artifact: store.insert(bytes).digest, name: "demo", version: "1.0",
            python: PythonVersion(3, 11), files: members + [script])
    }

    /// The wheel with members that are deflated wherever that makes them smaller.
    static func deflated(_ wheel: WheelFixture) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = ZipWriter()
        for (path, content) in wheel.members.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            try content.withUnsafeBytes {
                try writer.add(path, isExecutable: wheel.executables.contains(path), content: $0) { bytes += $0 }
            }
        }
        try writer.finish { bytes += $0 }
        return bytes
    }

    /// A wheel with files of many sizes and kinds.
    static func wheel(_ name: String = "demo", _ version: String = "1.0", seed: Int = 1) -> WheelFixture {
        let text = (0..<4000 * seed).map { "line \($0 * seed % 97) of \(name)\n" }.joined()
        let noise = (0..<70_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 &+ seed) >> 7) }
        let deep = (0..<12).map { "folder-number-\($0)" }.joined(separator: "/")
        return WheelFixture(
            name, version,
            files: [
                ("\(name)/__init__.py", []), ("\(name)/text.py", Array(text.utf8)), ("\(name)/noise.so", noise),
                ("\(name)/tiny.py", Array("x\n".utf8)), ("\(name)/é.txt", Array("accent".utf8)),
                ("\(name)/\(deep)/far.py", Array("far = 1\n".utf8)), ("\(name)-data.txt", Array(text.utf8.prefix(512))),
            ]
        ).adding("\(name)/run.sh", "#!/bin/sh\n", executable: true).script("\(name)-cli", "\(name):main")
    }

    func content(_ units: [Unit], glue: [GlueEntry] = [], title: String = "layer") throws -> LayerContent {
        let excluded = try PathOwnership(units).excluded
        return LayerContent(
            title: title, units: zip(units, excluded).map { LayerUnit($0, excluding: $1) }, glue: glue)
    }

    func blob(_ layer: Layer) throws -> [UInt8] {
        try store.bytes(of: layer.blob.digest)
    }

    /// The tar inside a layer, unpacked by GNU gzip or zstd.
    func tar(_ layer: Layer) async throws -> [UInt8] {
        let program = layer.compression == .gzip ? "gzip" : "zstd"
        let command = Command("sh", ["-c", "exec \(program) -dc < '\(store.blobPath(layer.blob.digest))'"])
        let outcome = try await command.outcome()
        guard outcome.succeeded else { throw Command.Failure(command: command, reason: outcome.errorText) }
        return outcome.output
    }
}
