internal import PythonPackaging
internal import SystemPackage

extension Interpreter {
    /// The facts as the store keeps them.
    var record: [UInt8] {
        var record: [UInt8] = []
        let facts = [
            path.string, version.description, build.description, build.cacheTag, build.extensionSuffix, cLibrary,
        ]
        for fact in facts { record.appendText(fact.utf8) }
        record.appendText(build.magic)
        return record
    }

    /// Reads what ``record`` wrote.
    init(record: [UInt8]) throws {
        var reader = RecordReader(record, range: record.indices)
        let path = FilePath(try reader.text())
        guard let version = try? PythonVersion(try reader.text()) else { throw reader.damaged }
        let description = try reader.text()
        let cacheTag = try reader.text()
        let extensionSuffix = try reader.text()
        let cLibrary = try reader.text()
        let magicLength = try reader.count()
        let magic = Array(record[try reader.take(magicLength)])
        self.init(
            path: path, version: version,
            build: InterpreterBuild(
                description: description, cacheTag: cacheTag, magic: magic, extensionSuffix: extensionSuffix),
            cLibrary: cLibrary)
    }
}
