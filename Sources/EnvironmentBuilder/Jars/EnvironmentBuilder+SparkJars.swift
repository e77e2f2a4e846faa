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
        let (store, workers) = (self.store, self.workers)
        return try await blocking {
            guard let unit = try catalog.units(of: artifacts, python: python).first else { return nil }
            if let record = try store.record(kind: SparkJarsRecord.kind, key: unit.treeDigest.hex),
                let known = try? SparkJarsRecord.decode(record)
            {
                return known
            }
            guard let jars = try SparkJars(of: unit, in: store, workers: workers) else { return nil }
            try store.setRecord(
                kind: SparkJarsRecord.kind, key: unit.treeDigest.hex, value: SparkJarsRecord.encode(jars))
            return jars
        }
    }
}

extension SparkJars {
    /// Reads what the jars of a PySpark are; `nil` where it has none.
    fileprivate init?(of unit: Unit, in store: ContentStore, workers: Workers) throws {
        let place = "\(unit.sitePackages)/pyspark/jars"
        guard case .folder(let folder)? = try unit.root.entry(at: place)?.content else { return nil }
        let source = try UnitSource(unit, in: store)
        let files = try folder.entries().compactMap { entry in
            if case .file(let file) = entry.content { file.at("\(place)/\(entry.name)") } else { nil }
        }
        let modules = try workers.map(files) { file in
            var reader = UnitReader()
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Int(file.size))
            try reader.read(file, of: source, into: &bytes)
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            // One that is no zip is known by its name alone.
            let archive = try? ZipArchive(source: MemorySource(bytes, name: name))
            return ProvidedModule(
                jar: name, builtFrom: archive?.projects ?? [], namespaces: archive?.namespaces ?? [])
        }
        self.init(version: unit.version, provided: modules.compactMap(\.self))
    }
}

extension ZipArchive {
    /// The projects that Maven says a jar was built from: one, and those that were packed into it.
    fileprivate var projects: [ModuleVersion] {
        directory.members.compactMap { member in
            let parts = member.name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5, parts[0] == "META-INF", parts[1] == "maven", parts[4] == "pom.properties",
                let bytes = try? contents(of: member, limit: 64 << 10)
            else { return nil }
            let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
                .first { $0.hasPrefix("version=") }
            guard let version = line?.dropFirst("version=".count).filter({ !$0.isWhitespace }) else { return nil }
            return ModuleVersion(group: parts[2], artifact: parts[3], version: version)
        }
    }
    /// What a jar's manifest calls it and its publisher; nothing where it gives itself no name with dots. A publisher alone
    /// says little: `javax.activation:activation` is Sun's.
    fileprivate var namespaces: [String] {
        guard let member = try? member(named: "META-INF/MANIFEST.MF"),
            let bytes = try? contents(of: member, limit: 4 << 20)
        else { return [] }
        // A line of 72 bytes goes on behind a blank.
        let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\n ", with: "")
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
