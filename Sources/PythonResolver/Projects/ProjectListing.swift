internal import Cryptography
public import PythonPackaging

/// What an index offers of one project, boiled down to what choosing a version needs.
///
/// Versions ascend; each has its files: wheels, eggs and source distributions. Texts that repeat from file to file (tag
/// sets, `Requires-Python`) are numbers into tables. Where a file lies and what it weighs is not here: that is asked
/// for of the few files that are chosen, by their place on the page.
public struct ProjectListing: Sendable, Equatable {
    struct File: Sendable, Equatable {
        /// Which file of the page this is.
        var place: UInt32
        /// The number of a wheel's tag set, or of what an egg runs on; `none` for a source distribution.
        var tagSet: UInt16
        /// The number of `Requires-Python`; `none` for none.
        var requiresPython: UInt16
        /// The number of the yanked text; `none` where the file is not yanked.
        var yanked: UInt16
        /// The number of the build tag; `none` for none.
        var build: UInt16
        /// What the file's metadata is kept under.
        var key: UInt64
        /// The first bytes of the file's digest, to compare with the hashes that were asked for; 0 without one.
        var digestKey: UInt64

        static let none = UInt16.max

        var isBuilt: Bool { tagSet != File.none }
        var isYanked: Bool { yanked != File.none }
    }

    /// Ascending, each once.
    public internal(set) var versions: [Version] = []
    /// Where each version's files start; one more than there are versions.
    var fileStarts: ContiguousArray<UInt32> = [0]
    var files: ContiguousArray<File> = []
    var tagSets = TextTable()
    var requiresPythons = TextTable()
    var yankedTexts = TextTable()
    var builds = TextTable()
    /// Names the page that the places refer to, in the provider's own terms.
    public var page: String = ""

    /// A project that the index does not know.
    public init() {}

    func files(of version: Int) -> Range<Int> {
        Int(fileStarts[version])..<Int(fileStarts[version + 1])
    }
}

extension ProjectListing {
    /// Boils a page down.
    ///
    /// Files that are no wheels, eggs or source distributions of the project are passed over, as installers do.
    ///
    /// - Parameters:
    ///   - files: the page's files; their places are their indices.
    ///   - page: what the provider knows the page by when it is asked of a file.
    public init(_ files: [IndexFile], of project: PackageName, page: String) {
        var found: [(version: Version, file: File)] = []
        found.reserveCapacity(files.count)
        var numbers: (tags: [String: Int], pythons: [String: Int], yanked: [String: Int], builds: [String: Int])
        numbers = ([:], [:], [:], [:])
        for (place, indexFile) in files.enumerated() {
            guard let name = DistributionFilename(indexFile.filename, expecting: project) else { continue }
            var file = File(
                place: UInt32(truncatingIfNeeded: place), tagSet: File.none, requiresPython: File.none,
                yanked: File.none, build: File.none, key: FileKey.of(indexFile),
                digestKey: indexFile.sha256.map(FileKey.of) ?? 0)
            switch name {
            case .wheel(let wheel):
                file.tagSet = UInt16(clamping: tagSets.number(of: wheel.tagSet, &numbers.tags))
                if let build = wheel.build {
                    file.build = UInt16(clamping: builds.number(of: build.description, &numbers.builds))
                }
            case .egg(let egg):
                file.tagSet = UInt16(clamping: tagSets.number(of: EggTag.text(of: egg), &numbers.tags))
            case .sourceDistribution: break
            }
            if let python = indexFile.requiresPython, !python.isEmpty {
                file.requiresPython = UInt16(clamping: requiresPythons.number(of: python.description, &numbers.pythons))
            }
            if case .yes(let reason) = indexFile.yanked {
                file.yanked = UInt16(clamping: yankedTexts.number(of: reason, &numbers.yanked))
            }
            found.append((name.version, file))
        }
        // Stable, so that of files that are equally good the page's first is taken.
        let order = found.indices.sorted { (found[$0].version, $0) < (found[$1].version, $1) }
        var starts: ContiguousArray<UInt32> = []
        for index in order {
            if versions.last != found[index].version {
                versions.append(found[index].version)
                starts.append(UInt32(self.files.count))
            }
            self.files.append(found[index].file)
        }
        starts.append(UInt32(self.files.count))
        fileStarts = starts
        self.page = page
    }
}

/// What a file's metadata is kept under.
enum FileKey {
    /// The first eight bytes of the SHA-256 of all that a page says of the file's content and place: a page that claims
    /// the digest of another's wheel does not get at what is known of that one.
    static func of(_ file: IndexFile) -> UInt64 {
        var text = (file.sha256?.hex ?? "") + " " + file.url
        if case .available(let announced?) = file.metadata { text += " " + announced.hex }
        return of(SHA256Digest(of: text))
    }

    /// The first eight bytes of a digest.
    static func of(_ digest: SHA256Digest) -> UInt64 {
        digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
