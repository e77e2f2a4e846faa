internal import Archive
internal import Preflight

extension JarContent {
    /// Looks into a jar: its zip's directory, its manifest, and the first bytes of its classes.
    ///
    /// - Throws: `ArchiveError` where the JVM could not read it either.
    init(of source: some ByteSource) throws {
        self.init()
        let listing = try ZipListing(of: source)
        var builder = ClassListingBuilder()
        var classes: [Int] = []
        var signatures: (files: Set<Substring>, blocks: Set<Substring>) = ([], [])
        var manifest: ZipListing.Member?
        for (index, member) in listing.members.enumerated() {
            let name = listing.bytes[member.name]
            if builder.add(name, crc32: member.crc32, size: member.size) {
                classes.append(index)
            } else if name.last == UInt8(ascii: "o") || name.starts(with: Self.metadata) {
                let path = String(decoding: name, as: UTF8.self)
                if let processor = Self.processor(ofLibrary: path) { nativeProcessors.insert(processor) }
                if path == "META-INF/MANIFEST.MF" { manifest = manifest ?? member }
                let parts = path.split(separator: "/")
                guard parts.count == 2, let dot = parts[1].lastIndex(of: ".") else { continue }
                switch parts[1][dot...].uppercased() {
                case ".SF": signatures.files.insert(parts[1][..<dot])
                case ".RSA", ".DSA", ".EC": signatures.blocks.insert(parts[1][..<dot])
                default: break
                }
            }
        }
        self.classes = builder.listing
        signers = Set(signatures.files.intersection(signatures.blocks).map(String.init))
        var inflater = Inflater()
        if let manifest, manifest.size <= Self.longestManifest {
            let text = try listing.beginning(of: manifest, count: Int(manifest.size), in: source, &inflater)
            (isSealed, otherwiseSealed) = Self.sealing(text)
        }
        // Any of them may be another's, of a build for another Java.
        for place in classes {
            let head: [UInt8]
            do {
                head = try listing.beginning(of: listing.members[place], count: 8, in: source, &inflater)
            } catch let error as ArchiveError where error.code != .unreadable {
                // The JVM minds a broken class when somebody asks for it, and no earlier.
                continue
            }
            guard head.count == 8, head.starts(with: [0xCA, 0xFE, 0xBA, 0xBE]) else { continue }
            let version = Int(head[6]) << 8 | Int(head[7])
            classFileVersion = max(classFileVersion ?? 0, version)
        }
    }

    private static let metadata = Array("META-INF/".utf8)
    private static let longestManifest: UInt64 = 1 << 20

    /// Whether all packages are sealed, which the manifest's main section says, and of which packages a section of their
    /// own says otherwise (JAR File Specification, "Package Sealing").
    private static func sealing(_ manifest: [UInt8]) -> (all: Bool, otherwise: Set<String>) {
        var (all, otherwise): (Bool, Set<String>) = (false, [])
        var package: String?
        var isMain = true
        // A line has 72 bytes at most; one that begins with a space goes on with the one before.
        let whole = String(decoding: manifest, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\n ", with: "")
        for line in whole.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.isEmpty { (package, isMain) = (nil, false) }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " }
            switch parts[0].lowercased() {
            case "name" where value.hasSuffix("/"): package = String(value.dropLast()).replacing("/", with: ".")
            case "sealed":
                let isSealed = value.lowercased() == "true"
                if isMain { all = isSealed } else if let package, isSealed != all { otherwise.insert(package) }
            default: break
            }
        }
        return (all, otherwise)
    }
}
