internal import Cryptography
internal import PubGrub
internal import PythonPackaging

/// Which files of a version can be used on the target, and which is the best.
final class ResolutionTarget {
    let python: PythonVersion
    let tags: TagPriority
    /// The rank of each tag set met so far by a hash of its text, -1 for one that does not run.
    private var ranks: [UInt64: Int32] = [:]
    /// Versions that may be used although they were yanked: those that the recipe or the old lock pins.
    var pinned: [PackageName: [Version]] = [:]
    /// The projects that may be built where they have no wheel; `nil` for all.
    var buildable: Set<PackageName>? = []
    /// The keys of the files that the recipe allows, for the projects for which it says so.
    var allowedKeys: [PackageName: Set<UInt64>] = [:]
    private let pythonPosition: Int32

    init(python: PythonVersion, platform: TargetPlatform) {
        self.python = python
        tags = TagPriority(python: python, platform: platform)
        pythonPosition = PythonAxis.position(of: python.version)
    }

    /// Whether the interpreter is one that the specifiers admit.
    func admits(_ requiresPython: SpecifierSet) -> Bool {
        PythonAxis.set(of: requiresPython).contains(pythonPosition)
    }

    /// The wheel of the best rank, of equal ones the one with the highest build tag, then the first of the page; where
    /// there is none, the best egg; where there is neither, the first source distribution, if it may be built.
    func bestFile(of version: Int, in listing: ProjectListing, of project: PackageName) -> Project.Availability {
        var best: (file: Int, rank: Int32)?
        var refusal = Unavailability.onlySourceDistribution
        lazy var isPinned = pinned[project]?.contains(listing.versions[version]) ?? false
        let allowed = allowedKeys[project]
        /// Why a file that would do may not be used.
        func objection(to file: ProjectListing.File) -> Unavailability? {
            if let allowed, !allowed.contains(file.digestKey) { return .otherHashes }
            if file.isYanked, !isPinned { return .yanked(reason: listing.yankedTexts[Int(file.yanked)]) }
            return nil
        }
        for index in listing.files(of: version) {
            let file = listing.files[index]
            guard file.isBuilt else { continue }
            let rank = rank(of: file.tagSet, in: listing)
            guard rank >= 0 else {
                refusal = self.refusal(of: file, in: listing, after: refusal)
                continue
            }
            if let objection = objection(to: file) {
                refusal = objection
                continue
            }
            if let leader = best {
                guard rank < leader.rank || (rank == leader.rank && isLater(index, than: leader.file, in: listing))
                else { continue }
            }
            best = (index, rank)
        }
        if let best { return .file(best.file) }
        guard buildable?.contains(project) ?? true else { return .unavailable(refusal) }
        for index in listing.files(of: version) where !listing.files[index].isBuilt {
            guard let objection = objection(to: listing.files[index]) else { return .file(index) }
            refusal = objection
        }
        return .unavailable(refusal)
    }

    private func rank(of tagSet: UInt16, in listing: ProjectListing) -> Int32 {
        listing.tagSets.withText(Int(tagSet)) { text in
            let hash = text.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            if let known = ranks[hash] { return known }
            let rank =
                EggTag.isEgg(text)
                ? EggTag.rank(String(decoding: text, as: UTF8.self), python: python, platform: tags.platform)
                : tags.rank(ofTagSet: text).map { Int32($0) }
            ranks[hash] = rank ?? -1
            return rank ?? -1
        }
    }

    /// Why a version cannot be used of which a file does not run here: a wheel says more than an egg, and both more than
    /// that there is neither.
    private func refusal(
        of file: ProjectListing.File, in listing: ProjectListing, after other: Unavailability
    ) -> Unavailability {
        guard let egg = EggTag.egg(listing.tagSets[Int(file.tagSet)]) else {
            switch other {
            case .onlySourceDistribution, .noEggForTarget: return .noWheelForTarget
            default: return other
            }
        }
        switch other {
        case .onlySourceDistribution: return .noEggForTarget(others: egg.targetDescription)
        case .noEggForTarget(let others) where others != egg.targetDescription:
            return .noEggForTarget(others: "\(others), \(egg.targetDescription)")
        default: return other
        }
    }

    private func isLater(_ a: Int, than b: Int, in listing: ProjectListing) -> Bool {
        func build(_ index: Int) -> BuildTag? {
            let number = listing.files[index].build
            guard number != ProjectListing.File.none else { return nil }
            let text = listing.builds[Int(number)]
            let digits = text.prefix { $0.isNumber }
            return BuildTag(number: UInt64(digits) ?? .max, suffix: String(text.dropFirst(digits.count)))
        }
        guard let own = build(a) else { return false }
        guard let other = build(b) else { return true }
        return other < own
    }
}
