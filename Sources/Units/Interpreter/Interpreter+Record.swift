internal import ContentStore
internal import PythonPackaging
internal import SystemPackage

extension Interpreter {
    /// The facts as the store keeps them.
    var record: [UInt8] {
        var writer = RecordWriter()
        let facts = [
            path.string, version.description, build.description, build.cacheTag, build.extensionSuffix, cLibrary,
        ]
        for fact in facts { writer.text(fact) }
        writer.stretch(build.magic)
        return writer.bytes
    }

    /// Reads what ``record`` wrote.
    init(record: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(record)
        let path = FilePath(try reader.text())
        let version = try reader.python()
        let description = try reader.text()
        let cacheTag = try reader.text()
        let extensionSuffix = try reader.text()
        let cLibrary = try reader.text()
        let magic = Array(record[try reader.stretch()])
        self.init(
            path: path, version: version,
            build: InterpreterBuild(
                description: description, cacheTag: cacheTag, magic: magic, extensionSuffix: extensionSuffix),
            cLibrary: cLibrary)
    }
}

extension RecordReader {
    mutating func python() throws(RecordDamage) -> PythonVersion {
        guard let python = try? PythonVersion(try text()) else { throw damage }
        return python
    }
}
