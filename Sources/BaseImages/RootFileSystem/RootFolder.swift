internal import Archive
internal import FoundationEssentials
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A folder that image layers are unpacked into, to run a program of theirs from it.
///
/// It is a private copy: everything belongs to the current user and can be read by them, set-user bits and devices are
/// left out. Layers come from anywhere, so a path is followed only inside the folder: a link that leads out is taken
/// from the folder's root, as it would be in a container.
struct RootFolder {
    let path: FilePath

    /// Bytes of an image's files, and how many entries its layers have; none that anybody runs Python in comes near.
    private static let sizeLimit: UInt64 = 64 << 30
    private static let countLimit = 5_000_000

    /// Adds layers (tars, compressed or not), each over those before. Whiteouts are honoured (OCI image-spec §layer).
    ///
    /// - Throws: ``BaseError`` (`malformed`, `unusableImage`), `ArchiveError`.
    func add(layers: [FilePath]) throws {
        var left = Self.sizeLimit
        var count = 0
        for layer in layers {
            var reader = try ArchiveReader(layer, accepting: .layers)
            while let entry = try reader.next() {
                count += 1
                guard count <= Self.countLimit else { throw Self.tooLarge(layer) }
                try add(entry.header, from: &reader) { piece in
                    guard UInt64(piece) <= left else { throw Self.tooLarge(layer) }
                    left -= UInt64(piece)
                }
            }
        }
    }

    private static func tooLarge(_ layer: FilePath) -> BaseError {
        BaseError(
            .malformed, layer.lastComponent?.string ?? layer.string,
            "would make an image of more than \(readable(bytes: sizeLimit)), or of more than \(countLimit) entries",
            advice: "the layer is broken or hostile; use another image")
    }

    /// - Parameter take: is told of so many bytes that a file is about to take.
    private func add(
        _ header: TarHeader, from reader: inout ArchiveReader, take: (Int) throws -> Void
    ) throws {
        let components = header.path.pathNames
        guard let name = components.last else { return }
        let folder = try self.folder(components.dropLast())
        let target = folder.appending(name)
        if name == ".wh..wh..opq" {
            for child in try FileManager.default.contentsOfDirectory(atPath: folder.string) {
                try remove(folder.appending(child))
            }
            return
        }
        if name.hasPrefix(".wh.") {
            // A whiteout of `.` or `..` would take more than its layer has.
            guard let hidden = FilePath.Component(String(name.dropFirst(4))), hidden.kind == .regular else {
                throw BaseError(
                    .malformed, header.path, "hides nothing that could be in an image",
                    advice: "the layer is broken or hostile; use another image")
            }
            return try remove(folder.appending(hidden))
        }
        switch header.kind {
        case .directory:
            if try kind(of: target) != .directory { try remove(target) }
            if try kind(of: target) == nil { try check(mkdir(target.string, 0o755), target) }
            try check(chmod(target.string, mode_t(header.mode & 0o777 | 0o700)), target)
        case .file:
            try remove(target)
            let file = try FileDescriptor.open(
                target, .writeOnly, options: [.create, .exclusiveCreate],
                permissions: FilePermissions(rawValue: CModeT(header.mode & 0o777 | 0o600)))
            try file.closeAfter {
                try reader.stream { piece in
                    try take(piece.count)
                    _ = try file.writeAll(piece)
                }
            }
        case .symbolicLink(let text):
            try remove(target)
            try check(symlink(text, target.string), target)
        case .hardLink(let other):
            let components = other.pathNames
            guard let last = components.last else { return }
            let source = try self.folder(components.dropLast()).appending(last)
            try remove(target)
            try check(link(source.string, target.string), target)
        case .characterDevice, .blockDevice, .fifo:
            return
        }
    }

    /// Makes the folder itself.
    func make() throws { try check(mkdir(path.string, 0o755), path) }

    /// Makes a folder inside, where there is none.
    func makeFolder(_ inside: String, mode: mode_t) throws {
        let place = try folder(inside.pathNames)
        try check(chmod(place.string, mode), place)
    }

    /// Writes a small file, in place of whatever has its name.
    func write(_ text: String, to name: String, in inside: String) throws {
        let place = try folder(inside.pathNames).appending(name)
        try remove(place)
        let file = try FileDescriptor.open(
            place, .writeOnly, options: [.create, .exclusiveCreate],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    /// Where a path inside leads, links followed within the folder; `nil` if nothing is there.
    func resolve(_ inside: String) throws -> FilePath? {
        var pending = Array(inside.pathNames.reversed())
        var current: [String] = []
        var links = 0
        while let name = pending.popLast() {
            if name == "." { continue }
            if name == ".." {
                _ = current.popLast()
                continue
            }
            let place = at(current + [name])
            switch try kind(of: place) {
            case nil: return nil
            case .link:
                links += 1
                guard links <= 40 else {
                    throw BaseError(.unusableImage, inside, "leads around in a circle of links")
                }
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: place.string)
                if target.utf8.first == UInt8(ascii: "/") { current = [] }
                pending += target.pathNames.reversed()
            case .directory, .other:
                current.append(name)
            }
        }
        return at(current)
    }

    /// The real folder that a path's upper components lead to, made where it is missing.
    private func folder(_ components: some Collection<String>) throws -> FilePath {
        var inside = ""
        var place = path
        for name in components {
            inside += "/" + name
            if let known = try resolve(inside) {
                place = known
                if try kind(of: place) != .directory {
                    try remove(place)
                    try check(mkdir(place.string, 0o755), place)
                }
            } else {
                place = place.appending(name)
                try remove(place)
                try check(mkdir(place.string, 0o755), place)
            }
        }
        return place
    }

    private enum Kind {
        case directory, link, other
    }

    private func kind(of place: FilePath) throws -> Kind? {
        var facts = stat()
        guard lstat(place.string, &facts) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Errno(rawValue: errno)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .other
        }
    }

    private func remove(_ place: FilePath) throws {
        if try kind(of: place) != nil { try FileManager.default.removeItem(atPath: place.string) }
    }

    private func at(_ components: [String]) -> FilePath {
        components.reduce(path) { $0.appending($1) }
    }

    private func check(_ result: Int32, _ place: FilePath) throws {
        guard result == 0 else {
            let error = Errno(rawValue: errno)
            throw BaseError(
                .unusableImage, place.string, "cannot be unpacked: \(error)",
                advice: "check the disk's space and permissions", cause: error)
        }
    }
}
