public import MavenPackaging

extension Lock {
    /// A jar of the class path, `[[tool.chidori.jars]]`.
    public struct Jar: Sendable, Hashable {
        public var coordinate: ArtifactCoordinate
        /// As the file's name has it in its repository, where that is another: a snapshot's time and number.
        public var fileVersion: String?
        /// What it is called in the environment, and what it must contain; without a place on Maven's own repository.
        public var file: File
        /// Who brings it: coordinates from what the recipe asks for to the jar before this one; empty for what it asks for.
        public var path: [String]

        public init(coordinate: ArtifactCoordinate, fileVersion: String? = nil, file: File, path: [String] = []) {
            self.coordinate = coordinate
            self.fileVersion = fileVersion
            self.file = file
            self.path = path
        }
    }
}

extension Lock.Jar {
    /// What is one thing in a class path: `group:artifact`; where it is no plain jar, with what else tells it from others.
    public var name: String { coordinate.key.shortName }

    var node: [SourceNode.Entry] {
        var entries = [SourceNode.Entry("coordinate", .text(coordinate.description))]
        if let fileVersion { entries.append(.init("file-version", .text(fileVersion))) }
        entries.append(.init("file", file.node))
        if !path.isEmpty { entries.append(.init("required-by", .sequence(path.map { .text($0) }))) }
        return entries
    }

    init?(_ table: TableReading, _ reading: inout Reading) {
        guard let requirement = table.require("coordinate", .jar, &reading),
            let file = table.table("file", &reading, { Lock.File($0, &$1) })
        else { return nil }
        guard let version = requirement.version else {
            reading.report(.badValue, at: table.mark, "`\(requirement)` has no version", advice: "lock again")
            return nil
        }
        self.init(
            coordinate: ArtifactCoordinate(requirement.key, version),
            fileVersion: table.read("file-version", .text, &reading), file: file,
            path: table.read("required-by", .list(of: .text), &reading) ?? [])
    }
}
