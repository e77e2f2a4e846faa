internal import Archive
internal import ContentStore
internal import Cryptography
internal import MavenPackaging
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// The jars that a lock's PySpark brings, if it has one that brings any.
    func sparkJars(of located: LocatedLock, platform: TargetPlatform, python: PythonVersion) async throws -> SparkJars?
    {
        let selected = try located.lock.selection(for: platform, python: python, file: located.path.string)
        guard let spark = selected.first(where: { $0.name.description == "pyspark" }) else { return nil }
        _ = try await fetchMissing(located, [spark], python: python)
        let artifacts = try await artifacts(of: [spark], located, platform: platform, python: python)
        let catalog = UnitCatalog(store: store, workers: workers)
        return try await blocking { [self] in
            guard let unit = try catalog.units(of: artifacts, python: python).first else { return nil }
            if let record = try store.record(kind: SparkJarsRecord.kind, key: unit.treeDigest.hex),
                let known = try? SparkJarsRecord.decode(record)
            {
                return known
            }
            let files = try jarsOfSpark(unit)
            if files.isEmpty { return nil }
            let modules = try workers.map(files) { file in
                // One that cannot be looked into is known by its name alone.
                let words = (try? JarWords(of: file.source.open())) ?? JarWords()
                return ProvidedModule(jar: file.filename, builtFrom: words.projects, namespaces: words.namespaces)
            }
            let jars = SparkJars(version: unit.version, provided: modules.compactMap(\.self))
            try store.setRecord(
                kind: SparkJarsRecord.kind, key: unit.treeDigest.hex, value: SparkJarsRecord.encode(jars))
            return jars
        }
    }
}

/// What a jar says of itself.
private struct JarWords {
    /// The projects that Maven says it was built from: one, and those that were packed into it.
    var projects: [ModuleVersion] = []
    /// What its manifest calls it and its publisher; nothing where it gives itself no name with dots. A publisher alone says
    /// little: `javax.activation:activation` is Sun's.
    var namespaces: [String] = []

    private static let largest = 4 << 20
    private static let manifest = Array("META-INF/MANIFEST.MF".utf8)
    private static let maven = Array("META-INF/maven/".utf8)

    init() {}

    /// - Throws: `ArchiveError` where the JVM could not read it either.
    init(of source: some ByteSource) throws {
        let listing = try ZipListing(of: source)
        var inflater = Inflater()
        for member in listing.members where member.size <= Self.largest {
            let name = listing.bytes[member.name]
            let isManifest = name.elementsEqual(Self.manifest)
            guard isManifest || name.starts(with: Self.maven) else { continue }
            let path = String(decoding: name, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
            guard isManifest || path.count == 5 && path[4] == "pom.properties" else { continue }
            let bytes = try listing.beginning(of: member, count: Int(member.size), in: source, &inflater)
            let text = String(decoding: bytes, as: UTF8.self)
            if isManifest {
                namespaces = Self.namespaces(inManifest: text)
            } else if let version = Self.version(inProperties: text) {
                projects.append(
                    ModuleVersion(group: String(path[2]), artifact: String(path[3]), version: version))
            }
        }
    }

    private static func version(inProperties text: String) -> String? {
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("version=") }
        return line?.dropFirst("version=".count).filter { !$0.isWhitespace }
    }

    private static func namespaces(inManifest text: String) -> [String] {
        // A line of 72 bytes goes on behind a blank.
        let text = text.replacing("\r\n", with: "\n").replacing("\n ", with: "")
        var found: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // Only the main section, which an empty line ends.
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { $0 != ";" }
            if value.contains(".") { found[line[..<colon].lowercased()] = String(value) }
        }
        let own = [found["bundle-symbolicname"], found["automatic-module-name"]].compactMap(\.self)
        return own.isEmpty ? [] : own + [found["implementation-vendor-id"]].compactMap(\.self)
    }
}
