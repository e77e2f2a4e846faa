internal import ContentStore
internal import MavenPackaging

/// The jars that a Spark brings itself (`pyspark/jars`): what they are in Maven's terms.
struct SparkJars: Sendable, Equatable {
    /// `4.0.1`.
    var version: String
    var provided: [ProvidedModule]

    /// `2.13`, as the Scala library's own jar says it.
    var scala: String? {
        let library = provided.first { $0.artifact == "scala-library" }?.version
        return library.map { $0.split(separator: ".").prefix(2).joined(separator: ".") }
    }
}

/// What a Spark's own jars are, as it is stored: reading them takes a second.
enum SparkJarsRecord {
    static let kind: RecordKind = "spark-jars.1"

    static func encode(_ jars: SparkJars) -> [UInt8] {
        var writer = RecordWriter()
        writer.text(jars.version)
        writer.shortNumber(UInt(jars.provided.count))
        for module in jars.provided {
            writer.text(module.group ?? "")
            writer.text(module.artifact)
            writer.text(module.version ?? "")
            writer.text(module.classifier)
            writer.text(module.namespaces.joined(separator: " "))
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(RecordDamage) -> SparkJars {
        func optional(_ text: String) -> String? { text.isEmpty ? nil : text }
        var reader = RecordReader(bytes)
        var jars = SparkJars(version: try reader.text(), provided: [])
        let count = try reader.count()
        guard count <= reader.remaining else { throw reader.damage }
        for _ in 0..<count {
            jars.provided.append(
                ProvidedModule(
                    group: optional(try reader.text()), artifact: try reader.text(),
                    version: optional(try reader.text()), classifier: try reader.text(),
                    namespaces: try reader.text().split(separator: " ").map(String.init)))
        }
        try reader.expectEnd()
        return jars
    }
}
