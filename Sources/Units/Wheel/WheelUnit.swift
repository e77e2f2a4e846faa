public import Archive
public import Cryptography
public import PythonPackaging

extension Unit {
    /// Describes a wheel as installed for one Python, from its zip directory and a few small members.
    ///
    /// Nothing large is inflated: a file's digest is what RECORD claims, and whoever reads the file through
    /// ``UnitReader`` holds it against the claim. What RECORD lists and what the wheel holds are compared here.
    ///
    /// - Parameters:
    ///   - artifact: the wheel's own digest.
    ///   - directURL: the content of `direct_url.json` (PEP 610) for a wheel that was asked for by URL, without
    ///     credentials.
    /// - Throws: ``UnitsError`` for a wheel that breaks the format or whose RECORD is untrue, `PythonPackagingError`
    ///   for malformed metadata, `ArchiveError` for a broken zip.
    public static func wheel(
        _ wheel: WheelFilename, artifact: SHA256Digest, archive: ZipArchive, python: PythonVersion,
        directURL: String? = nil
    ) throws -> Unit {
        let members = archive.directory.members
        let layout = try WheelLayout(wheel: wheel, python: python, members: members.lazy.map(\.name))
        let builder = try WheelBuilder(layout: layout, archive: archive)
        try builder.checkMetadata()
        return try Unit(
            kind: .wheel, artifact: artifact, name: wheel.name.description, version: wheel.version.description,
            python: python, files: builder.files(directURL: directURL))
    }
}

/// Turns a wheel's members into a unit's files.
private struct WheelBuilder {
    let layout: WheelLayout
    let archive: ZipArchive
    let record: RecordCheck

    private var wheel: WheelFilename { layout.wheel }

    init(layout: WheelLayout, archive: ZipArchive) throws {
        self.layout = layout
        self.archive = archive
        let bytes = try archive.contents(of: Self.required("RECORD", layout, archive), limit: 64 << 20)
        record = try RecordCheck(
            WheelRecord(bytes, of: layout.wheel.filename), layout: layout, members: archive.directory.members)
    }

    private static func required(_ file: String, _ layout: WheelLayout, _ archive: ZipArchive) throws -> ZipMember {
        guard let member = archive.directory.member(named: layout.inDistInfo(file)) else {
            throw UnitsError(
                .invalidWheel, layout.wheel.filename, "has no \(layout.inDistInfo(file))",
                advice: "choose another version of \(layout.wheel.name)")
        }
        return member
    }

    /// The bytes of a member of `.dist-info` that must be there.
    private func required(_ file: String) throws -> [UInt8] {
        try record.contents(of: Self.required(file, layout, archive), in: archive)
    }

    /// WHEEL must be of a known format, METADATA of the distribution that the file name says.
    func checkMetadata() throws {
        _ = try WheelMetadata(required("WHEEL"), of: wheel.filename)
        let metadata = try CoreMetadata(required("METADATA"), of: wheel.filename)
        guard metadata.name == wheel.name, metadata.version == wheel.version else {
            throw UnitsError(
                .mismatchedName, wheel.filename,
                "has the metadata of \(metadata.name) \(metadata.version)",
                advice: "choose another version of \(wheel.name), and tell its publisher")
        }
    }

    func files(directURL: String?) throws -> [UnitFile] {
        var files = try scripts()
        let entryPoints = Set(files.map(\.path))
        files.reserveCapacity(archive.directory.members.count + files.count)
        for (index, member) in archive.directory.members.enumerated() {
            switch try layout.place(of: member.name) {
            case .none: continue
            case .file(let path):
                files.append(try file(path, member, index, isExecutable: member.isExecutable))
            case .script(let name):
                // Old wheels bring generated scripts beside the entry points that they were generated from.
                if entryPoints.contains("bin/" + name) { continue }
                files.append(try script(name, member, index))
            }
        }
        let distInfo = layout.python.sitePackages + "/" + layout.distInfo + "/"
        files.append(UnitFile(path: distInfo + "INSTALLER", generated: Array("chidori\n".utf8)))
        if let directURL {
            files.append(UnitFile(path: distInfo + "direct_url.json", generated: Array(directURL.utf8)))
        }
        for file in files { try ReservedPath.refuse(file.path, of: wheel.filename, wheel.name.description) }
        let record = InstalledRecord.text(of: files, python: layout.python, distInfo: layout.distInfo)
        files.append(UnitFile(path: distInfo + "RECORD", generated: record))
        return files
    }

    private func file(
        _ path: String, _ member: ZipMember, _ index: Int, isExecutable: Bool
    ) throws -> UnitFile {
        UnitFile(
            path: path, isExecutable: isExecutable, size: member.size,
            digest: try record.digest(of: member, in: archive), origin: .member(index))
    }

    /// The scripts that entry points ask for.
    private func scripts() throws -> [UnitFile] {
        guard let member = archive.directory.member(named: layout.inDistInfo("entry_points.txt")) else { return [] }
        let text = String(decoding: try record.contents(of: member, in: archive), as: UTF8.self)
        let entryPoints = try EntryPoints(text, of: wheel.filename)
        return Script.files(of: entryPoints)
    }

    /// A member of `.data/scripts`: rewritten if it asks for the environment's interpreter.
    private func script(_ name: String, _ member: ZipMember, _ index: Int) throws -> UnitFile {
        let path = "bin/" + name
        guard Script.isRelocatable(try beginning(of: member)) else {
            return try file(path, member, index, isExecutable: true)
        }
        let bytes = try record.contents(of: member, in: archive)
        return UnitFile(path: path, isExecutable: true, generated: Script.relocated(bytes))
    }

    /// The first bytes of a member, which may be a program of many megabytes.
    private func beginning(of member: ZipMember) throws -> [UInt8] {
        struct Enough: Error {}
        var beginning: [UInt8] = []
        do {
            try archive.stream(member) { chunk in
                beginning.append(contentsOf: chunk.prefix(16))
                if beginning.count >= 16 { throw Enough() }
            }
        } catch is Enough {}
        return beginning
    }
}
