internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import SystemPackage
internal import Units

/// What an environment on a shared volume says of itself beside its manifest: `volume.json` in its folder.
struct VolumeRecord: Equatable {
    static let name = "volume.json"
    private static let format: Int64 = 1

    var links: LinksMode
    /// The names of the packages' folders, in the environment's order.
    var packages: [String]
    /// Bytes of its packages, unpacked.
    var size: UInt64
    var files: Int

    /// The packages' folders that the environment needs as long as it is there. One of hard links does without them, but
    /// the next one that shares its packages does not.
    var needed: [String] { links == .copy ? [] : packages }

    init(_ packages: [Package], links: LinksMode) {
        self.links = links
        self.packages = packages.map(\.folderName)
        size = packages.reduce(0) { $0 + $1.size }
        files = packages.reduce(0) { $0 + $1.trees.reduce(0) { $0 + $1.fileCount } }
    }

    var bytes: [UInt8] {
        JSON.object([
            "format": .integer(Self.format), "links": .string(links.rawValue), "packages": JSON(packages),
            "size": JSON(size), "files": JSON(files),
        ]).bytes + [0x0A]
    }

    /// - Returns: `nil` for what this version does not understand.
    init?(parsing bytes: [UInt8]) {
        guard let fields = (try? JSON(parsing: bytes))?.fields, fields["format"] == .integer(Self.format),
            case .string(let word) = fields["links"], let links = LinksMode(rawValue: word),
            case .array(let values) = fields["packages"], case .integer(let size) = fields["size"],
            case .integer(let files) = fields["files"], size >= 0
        else { return nil }
        var packages: [String] = []
        for value in values {
            // A name, and no way out of the folder of packages.
            guard case .string(let name) = value, Self.isFolderName(name) else { return nil }
            packages.append(name)
        }
        self.links = links
        self.packages = packages
        self.size = UInt64(size)
        self.files = Int(files)
    }

    private static func isFolderName(_ name: String) -> Bool {
        name.utf8.count > 65
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "+") || (48...57).contains(byte) || (97...122).contains(byte)
            }
    }
}

/// An environment's folder on a shared volume: `envs/ID`, or `envs/ID+MODE` where it is of no symbolic links.
struct VolumeFolderName: Hashable, CustomStringConvertible {
    let id: String
    let links: LinksMode

    init(id: String, links: LinksMode) {
        self.id = id
        self.links = links
    }

    init?(_ name: String) {
        let words = name.split(separator: "+", omittingEmptySubsequences: false)
        guard let id = words.first, id.utf8.count == 64, words.count <= 2 else { return nil }
        guard words.count == 2 else {
            self.init(id: String(id), links: .symlink)
            return
        }
        guard let links = LinksMode(rawValue: String(words[1])), links != .symlink else { return nil }
        self.init(id: String(id), links: links)
    }

    var description: String { links == .symlink ? id : "\(id)+\(links.rawValue)" }
}

extension SharedVolume {
    /// What is known of an environment's folder.
    enum Look {
        case absent
        case known(VolumeRecord)
        /// It is there, but does not say what it needs.
        case unreadable(String)
    }

    func look(at environment: FilePath) throws -> Look {
        let path = environment.appending(VolumeRecord.name)
        // It may be published, or taken away, between one look and the other.
        for _ in 0..<3 {
            do throws(Errno) {
                let bytes = try path.fileContents(limit: 64 << 20, isRegular: true)
                return VolumeRecord(parsing: bytes).map(Look.known) ?? .unreadable("\(path) is not understood")
            } catch .noSuchFileOrDirectory {
                if try lastUse(of: environment) == nil { return .absent }
            } catch .notDirectory {
                return .unreadable("\(environment) is no folder")
            } catch .invalidArgument {
                return .unreadable("\(path) is no file")
            } catch {
                throw PublishingError(error, doing: "read", path: path.string)
            }
        }
        return .unreadable("\(path) is not there")
    }
}
