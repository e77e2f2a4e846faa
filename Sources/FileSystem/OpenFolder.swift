internal import Glibc
public import SystemPackage

/// What stands in a folder under one name.
public struct FolderEntry: Sendable {
    /// What the listing itself tells; some file systems tell nothing.
    public enum Kind: Sendable {
        case folder, file, link, other, unknown
    }

    public let name: String
    public let kind: Kind
}

/// An open folder: what is looked at through it stays the same folder, whatever its name leads to by now.
public struct OpenFolder: ~Copyable {
    private let stream: OpaquePointer

    /// Opens a folder, or the one that a link of that name leads to.
    ///
    /// - Parameter followsLink: whether a link of that name is followed; else it is refused.
    public init(_ path: FilePath, followsLink: Bool = true) throws(Errno) {
        let flags = Self.flags | (followsLink ? 0 : O_NOFOLLOW)
        try self.init(opening: try uninterrupted { path.withPlatformString { open($0, flags) } })
    }

    /// Opens a folder that stands in another one, never what a link leads to. `.` is the other one once more, to be
    /// listed from its beginning.
    ///
    /// - Parameter folder: the other folder's descriptor, which stays its owner's.
    public init(_ name: String, in folder: CInt) throws(Errno) {
        try self.init(opening: try uninterrupted { openat(folder, name, Self.flags | O_NOFOLLOW) })
    }

    private static var flags: CInt { O_RDONLY | O_DIRECTORY | O_CLOEXEC }

    private init(opening descriptor: CInt) throws(Errno) {
        guard let stream = fdopendir(descriptor) else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            throw error
        }
        self.stream = stream
    }

    deinit {
        closedir(stream)
    }

    /// For calls that take a folder and a name in it (`openat(2)`). It lives as long as this value.
    public var descriptor: CInt { dirfd(stream) }

    /// The next entry, in no order, without `.` and `..`; `nil` at the end.
    public mutating func next() throws(Errno) -> FolderEntry? {
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                let error = errno
                if error == 0 { return nil }
                throw Errno(rawValue: error)
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { return FolderEntry(name: name, kind: Self.kind(entry.pointee.d_type)) }
        }
    }

    private static func kind(_ type: UInt8) -> FolderEntry.Kind {
        switch Int(type) {
        case Int(DT_DIR): .folder
        case Int(DT_REG): .file
        case Int(DT_LNK): .link
        case Int(DT_UNKNOWN): .unknown
        default: .other
        }
    }
}

extension FilePath {
    /// What stands in the folder, in no order, without `.` and `..`.
    public func folderEntries() throws(Errno) -> [FolderEntry] {
        var folder = try OpenFolder(self)
        var entries: [FolderEntry] = []
        while let entry = try folder.next() { entries.append(entry) }
        return entries
    }

    /// The names in the folder, sorted by their bytes, without `.` and `..`.
    ///
    /// - Parameter followsLink: whether the path itself may be a link to the folder.
    public func folderNames(followsLink: Bool = true) throws(Errno) -> [String] {
        var folder = try OpenFolder(self, followsLink: followsLink)
        var names: [String] = []
        while let entry = try folder.next() { names.append(entry.name) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
