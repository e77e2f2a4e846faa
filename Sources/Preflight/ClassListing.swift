/// The classes of a jar as its zip's directory lists them, made for comparing many jars fast.
///
/// A class is known by a hash of its name, and its content by CRC-32 and size, which is enough to tell a class from
/// another of the same name: nothing is inflated. What is not on the class path's root is no class here: `META-INF` (with
/// the variants of multi-release jars), descriptions of modules and packages.
public struct ClassListing: Sendable, Equatable {
    /// Each package once, as `org/example`; empty for the one without a name.
    public internal(set) var packages: [String] = []
    /// The place of each class's package.
    var packageOf: ContiguousArray<UInt32> = []
    /// A hash of each class's whole name.
    var hashes: ContiguousArray<UInt64> = []
    /// CRC-32 and size of each class.
    var contents: ContiguousArray<UInt64> = []
    /// A hash of each class's name with the innermost folder alone, which renaming a library leaves as it is.
    var tails: ContiguousArray<UInt32> = []
    /// The classes' own names one after the other, and where each ends.
    var names: [UInt8] = []
    var nameEnds: ContiguousArray<UInt32> = []

    public var count: Int { hashes.count }

    public init() {}

    /// The class's name as people write it: `org.example.Outer$Inner`.
    public func className(_ index: Int) -> String {
        let package = packages[Int(packageOf[index])]
        let start = index == 0 ? 0 : Int(nameEnds[index - 1])
        let name = String(decoding: names[start..<Int(nameEnds[index])], as: UTF8.self)
        return (package.isEmpty ? name : "\(package)/\(name)").replacing("/", with: ".")
    }

    /// Whether it has a class: `com/google/protobuf/Message`.
    public func contains(_ path: String) -> Bool {
        hashes.contains(Self.hash(Array(path.utf8)[...], from: Self.seed))
    }

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a. Whoever makes names collide on purpose gets names compared.
    static func hash(_ bytes: ArraySlice<UInt8>, from seed: UInt64) -> UInt64 {
        var hash = seed
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}

extension ClassListing {
    /// What a listing is made of, for whoever keeps it.
    public struct Parts: Sendable {
        public var packages: [String]
        /// For each class, the place of its package.
        public var packageOf: ContiguousArray<UInt32>
        public var hashes: ContiguousArray<UInt64>
        public var contents: ContiguousArray<UInt64>
        public var tails: ContiguousArray<UInt32>
        /// Where each class's name ends in `names`.
        public var nameEnds: ContiguousArray<UInt32>
        public var names: [UInt8]

        public init(
            packages: [String], packageOf: ContiguousArray<UInt32>, hashes: ContiguousArray<UInt64>,
            contents: ContiguousArray<UInt64>, tails: ContiguousArray<UInt32>, nameEnds: ContiguousArray<UInt32>,
            names: [UInt8]
        ) {
            self.packages = packages
            self.packageOf = packageOf
            self.hashes = hashes
            self.contents = contents
            self.tails = tails
            self.nameEnds = nameEnds
            self.names = names
        }
    }

    public var parts: Parts {
        Parts(
            packages: packages, packageOf: packageOf, hashes: hashes, contents: contents, tails: tails,
            nameEnds: nameEnds, names: names)
    }

    /// - Returns: `nil` for parts that do not fit each other.
    public init?(_ parts: Parts) {
        let count = parts.hashes.count
        guard parts.packageOf.count == count, parts.contents.count == count, parts.tails.count == count,
            parts.nameEnds.count == count, Int(parts.nameEnds.last ?? 0) == parts.names.count,
            parts.packageOf.allSatisfy({ $0 < parts.packages.count }),
            zip(parts.nameEnds, parts.nameEnds.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        packages = parts.packages
        packageOf = parts.packageOf
        hashes = parts.hashes
        contents = parts.contents
        tails = parts.tails
        nameEnds = parts.nameEnds
        names = parts.names
    }
}

/// Makes a listing of a zip's members, one after the other.
public struct ClassListingBuilder {
    public private(set) var listing = ClassListing()
    private var places: [ArraySlice<UInt8>: UInt32] = [:]
    private var last: (package: ArraySlice<UInt8>, place: UInt32, hash: UInt64, tail: UInt64)?

    public init() {}

    /// Takes a member in, if it is a class that counts.
    ///
    /// - Parameter name: in the directory's bytes.
    /// - Returns: whether it is one.
    @discardableResult
    public mutating func add(_ name: ArraySlice<UInt8>, crc32: UInt32, size: UInt64) -> Bool {
        guard Self.isClass(name) else { return false }
        let path = name.dropLast(Self.ending.count)
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let package = path[..<(slash ?? path.startIndex)]
        let simple = path[(slash.map { $0 + 1 } ?? path.startIndex)...]
        // Members of one folder stand together, nearly always.
        if last == nil || last?.package != package { enter(package) }
        guard let last else { return false }
        listing.packageOf.append(last.place)
        listing.hashes.append(ClassListing.hash(simple, from: last.hash))
        listing.contents.append(UInt64(crc32) << 32 | UInt64(truncatingIfNeeded: size) & 0xFFFF_FFFF)
        let tail = ClassListing.hash(simple, from: last.tail)
        listing.tails.append(UInt32(truncatingIfNeeded: tail ^ tail >> 32))
        listing.names.append(contentsOf: simple)
        listing.nameEnds.append(UInt32(truncatingIfNeeded: listing.names.count))
        return true
    }

    private mutating func enter(_ package: ArraySlice<UInt8>) {
        let place: UInt32
        if let known = places[package] {
            place = known
        } else {
            place = UInt32(truncatingIfNeeded: listing.packages.count)
            places[package] = place
            listing.packages.append(String(decoding: package, as: UTF8.self))
        }
        let slash: ArraySlice<UInt8> = [UInt8(ascii: "/")]
        let innermost = package[(package.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? package.startIndex)...]
        let whole = ClassListing.hash(package, from: ClassListing.seed)
        let tail = ClassListing.hash(innermost, from: ClassListing.seed)
        last = (
            package, place, package.isEmpty ? whole : ClassListing.hash(slash, from: whole),
            package.isEmpty ? tail : ClassListing.hash(slash, from: tail)
        )
    }

    private static let ending = Array(".class".utf8)
    private static let folder = Array("META-INF/".utf8)
    /// They hold annotations at most; and the class that Maven's shading puts into every jar of Spark's.
    private static let idle = ["package-info.class", "module-info.class", "UnusedStubClass.class"].map {
        Array($0.utf8)
    }

    private static func isClass(_ name: ArraySlice<UInt8>) -> Bool {
        guard name.count > ending.count, name.suffix(ending.count).elementsEqual(ending), !name.starts(with: folder)
        else { return false }
        return !idle.contains { idle in
            guard name.suffix(idle.count).elementsEqual(idle) else { return false }
            return name.count == idle.count || name[name.endIndex - idle.count - 1] == UInt8(ascii: "/")
        }
    }
}
