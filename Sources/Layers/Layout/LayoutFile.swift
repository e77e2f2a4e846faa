internal import Archive
internal import FileSystem
internal import SystemPackage

/// A file of a layout in the making, with errors that name its lasting place.
struct LayoutFile {
    /// A beginning of its own: others may be writing into the layout's folder, without its lock.
    private static let prefix = ".chidori-layout-"

    private let path: FilePath
    private let file: NewFile

    init(_ path: FilePath) throws {
        self.path = path
        file = try Files.attempt("written", path) { () throws(Errno) in try NewFile(beside: path, prefix: Self.prefix) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try Files.attempt("written", path) { () throws(Errno) in try file.write(bytes) }
    }

    /// Copies what a blob holds; it must have the size that it claims.
    func write(_ blob: ImageBlob) throws {
        switch blob.source {
        case .bytes(let bytes): try bytes.withUnsafeBytes(write)
        case .file(let file):
            let source = try FileSource(file)
            guard source.size == blob.size else {
                throw LayersError(
                    .badLayout, file.string, "has \(source.size) bytes, but \(blob.size) are expected",
                    advice: "run `chidori store verify`, or fetch the base again")
            }
            try source.forEachPiece(write)
        }
    }

    /// Makes the content durable and gives it its name, in place of what had it.
    func finish(_ durability: NewFile.Durability) throws {
        try Files.attempt("written", path) { () throws(Errno) in try file.publish(as: path, durability) }
    }

    /// Puts another name of a file in the place of a present one, in one step. Where files cannot have several names the
    /// present one stays.
    static func link(_ source: FilePath, replacing path: FilePath) throws {
        let temporary = NewFile.path(beside: path, prefix: prefix)
        guard try Files.link(source, to: temporary) else { return }
        try Files.attempt("written", path) { () throws(Errno) in try temporary.move(to: path) }
    }

    /// Removes what writers of the layout left in a folder that were killed. The caller has the layout's lock.
    static func removeUnfinished(in folder: FilePath) throws {
        try Files.attempt("read", folder) { () throws(Errno) in
            try NewFile.removeUnfinished(in: folder, prefix: prefix)
        }
    }
}
