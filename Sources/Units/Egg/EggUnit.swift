public import Archive
public import Cryptography
public import PythonPackaging

extension Unit {
    /// Describes an egg as installed for one Python, beside wheels and like them: its modules in the folder of modules,
    /// its metadata in a `.dist-info` folder, its scripts in `bin`.
    ///
    /// An egg has no RECORD, so every file is inflated once to be hashed.
    ///
    /// - Parameters:
    ///   - artifact: the egg's own digest.
    ///   - archive: the egg; of an egg folder the zip that it was packed into.
    ///   - directURL: as for a wheel.
    /// - Throws: ``UnitsError`` for an egg that breaks the format or is for another Python, `PythonPackagingError` for
    ///   malformed metadata, `ArchiveError` for a broken zip.
    public static func egg(
        _ egg: EggFilename, artifact: SHA256Digest, archive: ZipArchive, python: PythonVersion,
        directURL: String? = nil
    ) throws -> Unit {
        guard egg.misfit(python: python) == nil else {
            throw UnitsError(
                .wrongTarget, egg.filename, "is for \(egg.targetDescription), not for Python \(python)",
                advice: "choose an egg or a wheel of \(egg.name) for Python \(python), or another Python")
        }
        let builder = try EggBuilder(egg: egg, archive: archive, python: python)
        return try Unit(
            kind: .egg, artifact: artifact, name: egg.name.description, version: egg.version.description,
            python: python, files: builder.files(directURL: directURL))
    }
}

/// Turns an egg's members into a unit's files. One thread uses it.
private final class EggBuilder {
    private let archive: ZipArchive
    private let layout: EggLayout
    private let metadata: EggMetadata
    private let entryPoints: EntryPoints?
    private var reader = ZipMemberReader()

    /// Loaders that setuptools writes have a few hundred bytes.
    private static let loaderLimit: UInt64 = 4096

    private var egg: EggFilename { layout.egg }

    init(egg: EggFilename, archive: ZipArchive, python: PythonVersion) throws {
        let members = archive.directory.members
        guard members.contains(where: { $0.name.hasPrefix(EggMetadata.folder) }) else {
            throw UnitsError(
                .invalidEgg, egg.filename, "has no EGG-INFO folder",
                advice: "the file is no egg; choose another version of \(egg.name)")
        }
        func text(_ name: String) throws -> [UInt8]? {
            try archive.directory.member(named: EggMetadata.folder + name).map { try archive.contents(of: $0) }
        }
        metadata = try EggMetadata(of: egg.filename, member: text)
        guard metadata.core.name == egg.name, metadata.core.version == egg.version else {
            throw UnitsError(
                .mismatchedName, egg.filename, "has the metadata of \(metadata.core.name) \(metadata.core.version)",
                advice: "choose another version of \(egg.name), and tell its publisher")
        }
        entryPoints = try text("entry_points.txt").map {
            try EntryPoints(String(decoding: $0, as: UTF8.self), of: egg.filename)
        }
        let namespaces = try text("namespace_packages.txt").map { String(decoding: $0, as: UTF8.self) } ?? ""
        layout = EggLayout(
            egg: egg, python: python, members: members.lazy.map(\.name),
            namespaces: namespaces.split(whereSeparator: \.isWhitespace).map(String.init))
        self.archive = archive
    }

    func files(directURL: String?) throws -> [UnitFile] {
        var files = entryPoints.map(Script.files) ?? []
        let generated = Set(files.map(\.path))
        files.reserveCapacity(archive.directory.members.count + files.count)
        for (index, member) in archive.directory.members.enumerated() {
            switch layout.place(of: member.name) {
            case .none: continue
            case .file(let path):
                files.append(try file(path, member, index, isExecutable: member.isExecutable))
            case .loader(let path):
                if try isLoader(member) { continue }
                files.append(try file(path, member, index, isExecutable: member.isExecutable))
            case .script(let name):
                if generated.contains("bin/" + name) { continue }
                files.append(try script(name, member, index))
            }
        }
        let distInfo = layout.python.sitePackages + "/" + layout.distInfo + "/"
        files.append(UnitFile(path: distInfo + "METADATA", generated: metadata.text))
        files.append(UnitFile(path: distInfo + "WHEEL", generated: Array(wheel.utf8)))
        files.append(UnitFile(path: distInfo + "INSTALLER", generated: Array("chidori\n".utf8)))
        if let directURL {
            files.append(UnitFile(path: distInfo + "direct_url.json", generated: Array(directURL.utf8)))
        }
        for file in files { try ReservedPath.refuse(file.path, of: egg.filename, egg.name.description) }
        let record = InstalledRecord.text(of: files, python: layout.python, distInfo: layout.distInfo)
        files.append(UnitFile(path: distInfo + "RECORD", generated: record))
        return files
    }

    /// A WHEEL (PEP 427) that tells what the egg's name tells: tools that check environments look for one and for its tag.
    private var wheel: String {
        let python = layout.python
        let platform = egg.platform.map { String($0.lowercased().map { "-.".contains($0) ? "_" : $0 }) }
        let tag =
            platform.map { "\(python.interpreterTag)-\(python.abiTag)-\($0)" }
            ?? "py\(python.major)\(python.minor)-none-any"
        return "Wheel-Version: 1.0\nGenerator: chidori\nRoot-Is-Purelib: \(platform == nil)\nTag: \(tag)\n"
    }

    private func file(
        _ path: String, _ member: ZipMember, _ index: Int, isExecutable: Bool
    ) throws -> UnitFile {
        var hasher = SHA256Hasher()
        try reader.stream(member, of: archive.source) { hasher.update($0) }
        return UnitFile(
            path: path, isExecutable: isExecutable, size: member.size, digest: hasher.finalize(),
            origin: .member(index))
    }

    /// Whether a module only loads the native library beside it out of a zip, which Python now finds by itself.
    private func isLoader(_ member: ZipMember) throws -> Bool {
        guard member.size <= Self.loaderLimit else { return false }
        let text = String(decoding: try archive.contents(of: member), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        return lines.first?.hasPrefix("def __bootstrap__():") == true
            && lines.last?.hasPrefix("__bootstrap__()") == true
    }

    /// A script of EGG-INFO: one in Python runs with the environment's interpreter.
    private func script(_ name: String, _ member: ZipMember, _ index: Int) throws -> UnitFile {
        let path = "bin/" + name
        guard let kind = Script.Kind(try beginning(of: member)) else {
            return try file(path, member, index, isExecutable: true)
        }
        let bytes = try archive.contents(of: member)
        let script =
            switch kind {
            case .python: bytes
            case .pythonWithoutInterpreterLine: Array("#!python\n".utf8) + bytes
            }
        return UnitFile(path: path, isExecutable: true, generated: Script.relocated(script))
    }

    /// The first bytes of a member, which may be a program of many megabytes.
    private func beginning(of member: ZipMember) throws -> [UInt8] {
        struct Enough: Error {}
        var beginning: [UInt8] = []
        do {
            try reader.stream(member, of: archive.source) { chunk in
                beginning.append(contentsOf: chunk.prefix(256 - beginning.count))
                if beginning.count >= 256 { throw Enough() }
            }
        } catch is Enough {}
        return beginning
    }
}
