internal import Archive
internal import ContentStore
internal import Cryptography
internal import MavenPackaging
internal import Preflight
internal import Publishing
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// An environment as preflight looks at it, shared paths left out.
    ///
    /// - Parameters:
    ///   - base: the name of what it stands on, which tells its Java.
    ///   - folder: what the base's relative path starts from.
    /// - Returns: also whether the base was there, if one tells the Java.
    func subject(
        _ environment: Environment, _ located: LocatedLock, base: String?, beside folder: FilePath
    ) async throws -> (PreflightSubject, hasBase: Bool) {
        var subject = try await blocking { [self] in
            var subject = PreflightSubject(processor: environment.platform.architecture.rawValue)
            let jars = environment.units.filter { $0.kind == .jar }
            subject.spark = environment.spark?.version
            try add(jars, located.lock.jars, and: environment.spark, to: &subject)
            subject.natives = try natives(of: environment.units.filter { $0.kind != .jar })
            return subject
        }
        // Nobody else asks for a Java.
        guard subject.spark != nil || !subject.jars.isEmpty else { return (subject, true) }
        let java = try await java(of: base, for: environment.platform, beside: folder)
        if let java { subject.java = java }
        return (subject, java != nil)
    }

    private func add(
        _ jars: [Unit], _ locked: [Lock.Jar], and spark: Unit?, to subject: inout PreflightSubject
    ) throws {
        let byName = Dictionary(locked.map { ($0.name, $0) }) { first, _ in first }
        let own = try jars.map { unit -> (lock: Lock.Jar?, filename: String, source: JarContents.Source) in
            let file = try unit.files().first
            let filename = file.map { String($0.path.dropFirst(Unit.jarsFolder.utf8.count + 1)) } ?? unit.name
            return (
                byName[unit.name], filename,
                JarContents.Source(digest: unit.artifact) { [store] in
                    try FileSource(store.blobPath(unit.artifact), name: filename)
                }
            )
        }
        let sparks = try spark.map { try jarsOfSpark($0) } ?? []
        let contents = try JarContents(store: store, workers: workers).contents(
            of: own.map(\.source) + sparks.map(\.source))
        for (index, outcome) in contents.enumerated() {
            let isOwn = index < own.count
            let filename = isOwn ? own[index].filename : sparks[index - own.count].filename
            switch outcome {
            case .failure(let error):
                subject.unreadable.append((filename, !isOwn, error.message))
            case .success(let content) where isOwn:
                guard let lock = own[index].lock else { continue }
                subject.jars.append(
                    Jar(lock.coordinate, filename: filename, path: lock.path, content: content))
            case .success(let content):
                subject.jars.append(Jar(ofSpark: filename, content: content))
            }
        }
    }

    /// The jars that PySpark brings: read from its folder on the volume where it is unpacked, else from its wheel.
    func jarsOfSpark(_ spark: Unit) throws -> [(filename: String, source: JarContents.Source)] {
        let place = "\(spark.sitePackages)/pyspark/jars"
        guard case .folder(let folder)? = try spark.root.entry(at: place)?.content else { return [] }
        let unpacked = try PackageFolders(in: store).path(of: spark)
        let wheel = try UnitSource(spark, in: store)
        return try folder.entries().compactMap { entry in
            guard entry.name.hasSuffix(".jar"), case .file(let file) = entry.content else { return nil }
            let path = "\(place)/\(entry.name)"
            return (
                entry.name,
                JarContents.Source(digest: file.digest) {
                    if let unpacked { return try FileSource(unpacked.pushing(FilePath(path)), name: entry.name) }
                    guard file.size <= Self.largestJar else {
                        throw ArchiveError(
                            .tooLarge, entry.name, "has \(file.size) bytes, and is looked into once it is unpacked")
                    }
                    var bytes: [UInt8] = []
                    bytes.reserveCapacity(Int(file.size))
                    var reader = UnitReader()
                    try reader.read(file.at(path), of: wheel, into: &bytes)
                    return MemorySource(bytes, name: entry.name)
                }
            )
        }
    }

    /// A jar in a wheel is taken into memory to be looked into; larger ones wait until they are unpacked.
    private static let largestJar: UInt64 = 256 << 20

    /// The names of packages' native libraries that tell a major version, kept by their trees.
    private func natives(of units: [Unit]) throws -> [NativePackage] {
        let kind: RecordKind = "natives.1"
        let keys = units.map(\.treeDigest.hex)
        let known = try store.records(kind: kind, keys: keys)
        let missing = units.filter { known[$0.treeDigest.hex] == nil }
        let found = try workers.map(missing) { unit in
            Set(
                try unit.files().compactMap { file -> String? in
                    let name = file.path.pathNames.last ?? ""
                    return NativeLibrary.isTelling(name) ? name : nil
                }
            ).sorted()
        }
        try store.setRecords(
            kind: kind, zip(missing, found).map { ($0.treeDigest.hex, Array($1.joined(separator: "\n").utf8)) })
        let fresh = Dictionary(zip(missing.map(\.treeDigest), found)) { first, _ in first }
        let needed = try PackageFolders(in: store).libraries(of: units.map(\.treeDigest))
        return zip(units, needed).map { unit, needed in
            let names =
                fresh[unit.treeDigest]
                ?? known[unit.treeDigest.hex].map {
                    String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
                } ?? []
            return NativePackage(
                name: unit.name, version: unit.version,
                libraries: Set(names).union((needed ?? []).filter(NativeLibrary.isTelling)))
        }
    }
}
