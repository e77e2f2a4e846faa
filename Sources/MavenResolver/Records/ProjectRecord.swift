internal import ContentStore
internal import MavenPackaging

/// What a POM means, as it is stored: made once, read in one piece, and good for as long as the files of this machine that it
/// was made of are the same.
enum ProjectRecord {
    static let kind: RecordKind = "maven-project.2"

    /// A file of this machine that a POM was read from.
    typealias Source = (url: String, stamp: FileStamp)

    static func encode(_ project: ProjectDescription, of sources: [Source]) -> [UInt8] {
        var writer = RecordWriter()
        writer.shortNumber(UInt(sources.count))
        for source in sources {
            writer.text(source.url)
            FileStamp.put(source.stamp, &writer)
        }
        writer.text(project.packaging)
        writer.shortNumber(UInt(project.dependencies.count))
        for dependency in project.dependencies { put(dependency, &writer) }
        writer.number(UInt8(project.relocation == nil ? 0 : 1))
        if let relocation = project.relocation {
            for text in [relocation.group, relocation.artifact, relocation.version, relocation.message] {
                put(text, &writer)
            }
        }
        return writer.bytes
    }

    static func decode(
        _ bytes: [UInt8], of project: ModuleVersion
    ) throws(RecordDamage) -> (ProjectDescription, [Source]) {
        var reader = RecordReader(bytes)
        let sourceCount = try reader.count()
        guard sourceCount <= reader.remaining else { throw reader.damage }
        var sources: [Source] = []
        for _ in 0..<sourceCount {
            let url = try reader.text()
            guard let stamp = try FileStamp.read(&reader) else { throw reader.damage }
            sources.append((url, stamp))
        }
        var result = ProjectDescription(project: project, packaging: try reader.text())
        let count = try reader.count()
        guard count <= reader.remaining else { throw reader.damage }
        result.dependencies.reserveCapacity(count)
        for _ in 0..<count { result.dependencies.append(try dependency(&reader)) }
        if try reader.number(UInt8.self) == 1 {
            result.relocation = POM.Relocation(
                group: try optional(&reader), artifact: try optional(&reader), version: try optional(&reader),
                message: try optional(&reader))
        }
        try reader.expectEnd()
        return (result, sources)
    }

    private static func put(_ dependency: Dependency, _ writer: inout RecordWriter) {
        writer.text(dependency.key.module.group)
        writer.text(dependency.key.module.artifact)
        writer.text(dependency.key.fileExtension)
        writer.text(dependency.key.classifier)
        writer.text(dependency.version)
        writer.text(dependency.scope)
        var flags: UInt8 = dependency.optional.map { $0 ? 2 : 1 } ?? 0
        if dependency.isWhole { flags |= 4 }
        if dependency.isAtPath { flags |= 8 }
        writer.number(flags)
        writer.shortNumber(UInt(dependency.exclusions.count))
        for exclusion in dependency.exclusions {
            writer.text(exclusion.group)
            writer.text(exclusion.artifact)
        }
    }

    private static func dependency(_ reader: inout RecordReader) throws(RecordDamage) -> Dependency {
        let module = ModuleName(group: try reader.text(), artifact: try reader.text())
        let key = ArtifactKey(module, fileExtension: try reader.text(), classifier: try reader.text())
        var dependency = Dependency(key, version: try reader.text(), scope: try reader.text())
        let flags = try reader.number(UInt8.self)
        dependency.optional = flags & 3 == 0 ? nil : flags & 3 == 2
        dependency.isWhole = flags & 4 != 0
        dependency.isAtPath = flags & 8 != 0
        let count = try reader.count()
        guard count <= reader.remaining else { throw reader.damage }
        for _ in 0..<count {
            dependency.exclusions.append(Exclusion(group: try reader.text(), artifact: try reader.text()))
        }
        return dependency
    }

    static func put(_ text: String?, _ writer: inout RecordWriter) {
        writer.number(UInt8(text == nil ? 0 : 1))
        if let text { writer.text(text) }
    }

    static func optional(_ reader: inout RecordReader) throws(RecordDamage) -> String? {
        try reader.number(UInt8.self) == 0 ? nil : try reader.text()
    }
}
