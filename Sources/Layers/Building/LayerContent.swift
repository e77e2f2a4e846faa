public import Units

/// A unit as a layer takes it.
public struct LayerUnit: Sendable {
    public var unit: Unit
    /// Paths below ENV that another unit of the environment owns: left out, with everything below them.
    public var excluded: Set<String>

    public init(_ unit: Unit, excluding excluded: Set<String> = []) {
        self.unit = unit
        self.excluded = excluded
    }

    /// Whether a file is left out, or a folder above it is.
    func excludes(_ path: String) -> Bool {
        guard !excluded.isEmpty else { return false }
        if excluded.contains(path) { return true }
        var folder = path[...]
        while let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
            folder = folder[..<slash]
            if excluded.contains(String(folder)) { return true }
        }
        return false
    }
}

/// One thing that a delivery adds around the units.
public struct GlueEntry: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case file([UInt8], isExecutable: Bool)
        /// A symbolic link and the text it holds.
        case link(String)
        /// An empty folder.
        case folder
    }

    /// Below ENV, without a `/` at either end.
    public var path: String
    public var content: Content
    /// Whether ``path`` is below the image's root instead.
    public var isOutside: Bool

    public init(path: String, content: Content, isOutside: Bool = false) {
        self.path = path
        self.content = content
        self.isOutside = isOutside
    }
}

/// What one layer is made of.
public struct LayerContent: Sendable {
    /// What history and reports call it: `numpy 2.4.6`, `bytecode of 7 packages`.
    public var title: String
    public var units: [LayerUnit]
    public var glue: [GlueEntry]

    public init(title: String, units: [LayerUnit] = [], glue: [GlueEntry] = []) {
        self.title = title
        self.units = units
        self.glue = glue
    }
}

/// How layers are written.
public struct LayerFormat: Sendable, Hashable {
    public enum Compression: String, Sendable, CaseIterable {
        /// The wheels' own deflate streams as gzip members: the same bytes everywhere.
        case gzip
        /// Smaller and faster to unpack; only the unpacked bytes are the same everywhere.
        case zstd
    }

    public var compression: Compression
    /// The folder that ENV is in the image, without a `/` at either end.
    public var root: String
    /// The time of every entry, in seconds since 1970.
    public var epoch: UInt64

    public init(compression: Compression = .gzip, root: String = "opt/chidori/env", epoch: UInt64 = 0) {
        self.compression = compression
        self.root = root
        self.epoch = epoch
    }
}
