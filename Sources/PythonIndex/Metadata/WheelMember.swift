internal import Archive
internal import PythonPackaging

/// Finds a wheel's METADATA among its members.
enum WheelMember {
    /// The longest METADATA that is read, in bytes.
    static let limit = 16 << 20

    /// - Throws: `PythonIndexError.Code.noMetadata` for a wheel with none, or with several that could be it.
    static func metadata(of wheel: WheelFilename, in directory: ZipDirectory) throws -> ZipMember {
        let candidates = directory.members.filter { member in
            guard member.name.hasSuffix(".dist-info/METADATA") else { return false }
            return member.name.utf8.count { $0 == UInt8(ascii: "/") } == 1
        }
        let own = candidates.filter { belongs($0.name, to: wheel) }
        guard let member = own.count == 1 ? own[0] : candidates.count == 1 ? candidates[0] : nil else {
            throw PythonIndexError(
                .noMetadata, wheel.filename,
                candidates.isEmpty
                    ? "has no .dist-info/METADATA" : "has \(candidates.count) files that may be METADATA",
                advice: "choose another version or build of it, and tell its publisher")
        }
        return member
    }

    /// Whether the folder is named after the wheel's project: `foo_bar-1.0.dist-info`.
    private static func belongs(_ path: String, to wheel: WheelFilename) -> Bool {
        let folder = path.prefix { $0 != "/" }.dropLast(".dist-info".count)
        guard let dash = folder.lastIndex(of: "-"), let name = try? PackageName(String(folder[..<dash])) else {
            return false
        }
        return name == wheel.name
    }

    /// The METADATA of a wheel that can be read at any place.
    static func metadata(of wheel: WheelFilename, in source: any ByteSource) throws -> [UInt8] {
        let archive = try ZipArchive(source: source)
        return try archive.contents(of: metadata(of: wheel, in: archive.directory), limit: limit)
    }
}
