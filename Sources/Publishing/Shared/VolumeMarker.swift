internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import SystemPackage

/// The file that says what a folder is, and which layout it has: `chidori-volume.json`, at the volume's root.
enum VolumeMarker {
    static let name = "chidori-volume.json"
    /// The layout of this version.
    static let format: Int64 = 1
    private static let kind = "chidori volume"

    /// - Returns: `nil` where there is none.
    /// - Throws: `PublishingError` (`otherLayout`, `damagedVolume`, `refused`).
    static func read(in root: FilePath) throws -> Int64? {
        let path = root.appending(name)
        let bytes: [UInt8]
        do {
            bytes = try path.fileContents(limit: 64 << 10, isRegular: true)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .notDirectory {
            return nil
        } catch {
            throw PublishingError(error, doing: "read", path: path.string)
        }
        guard let fields = (try? JSON(parsing: bytes))?.fields, fields["kind"] == .string(kind),
            case .integer(let found) = fields["format"]
        else {
            throw PublishingError(
                .damagedVolume, path.string, "does not say what layout the volume has",
                advice: "restore the file from a backup; on a volume of this version it is "
                    + String(decoding: content, as: UTF8.self))
        }
        guard found == format else {
            throw PublishingError(
                .otherLayout, root.string,
                "has the layout \(found) of another version of Chidori; this one knows \(format)",
                advice: "use a Chidori of the version that made the volume, or publish to a new volume")
        }
        return found
    }

    private static var content: [UInt8] {
        JSON.object([JSON.Member("format", .integer(format)), JSON.Member("kind", .string(kind))]).bytes + [0x0A]
    }

    static func write(in root: FilePath) throws {
        let path = root.appending(name)
        try attempt("written", path) { () throws(Errno) in
            let file = try NewFile(beside: path)
            try file.write(content)
            try file.setMode(0o644)
            try file.publish(as: path, .contentAndName)
        }
    }
}
