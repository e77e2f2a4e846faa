internal import PubGrub
internal import PythonPackaging

/// One project during a resolve: what is on offer, and what has been found out about it.
final class Project {
    enum State {
        /// Nobody has asked for the listing yet.
        case unknown
        /// The listing has been asked for and is on its way.
        case awaited
        case listed
        /// The listing could not be had.
        case failed(any Error)
    }

    let number: Int32
    let name: PackageName
    var state = State.unknown
    /// The one file that the recipe names by URL.
    var url: String?
    private(set) var listing = ProjectListing()
    var axis = VersionAxis([])
    /// Whether the index knows no such project.
    var isMissing = false

    /// For each version, what `Availability` says: unknown yet, the best file, or why there is none.
    private var availability: ContiguousArray<Availability> = []

    /// What is known of the files' dependencies.
    var dependencies: DependencyTable { collector.table }
    private var collector = DependencyCollector(DependencyTable())
    /// Files whose fault may be gone the next time.
    private var passing: Set<UInt64> = []
    /// What is known and stays true.
    var lastingDependencies: DependencyTable {
        var table = dependencies
        for key in passing { table.entries[key] = nil }
        return table
    }
    /// The pool's number of each of the table's requirements, -1 until it is needed.
    private var pooled: ContiguousArray<Int32> = []
    /// The pool's number of each of the table's extras, -1 until it is needed.
    private var pooledExtras: ContiguousArray<Int32> = []
    /// Files whose metadata was asked for and is on its way, and those for which that failed.
    var awaited: Set<UInt64> = []
    var failures: [UInt64: any Error] = [:]

    /// The solver's packages: the project itself, and for each extra the pair that `PackageTable` describes.
    var base: PackageID?
    var proxies: [Int32: PackageID] = [:]
    var withExtra: [Int32: PackageID] = [:]

    /// For each `Requires-Python` of the page, the interpreters it admits where the target is none of them.
    var pythonSets: [Int: VersionSet] = [:]

    /// The versions that were tried, and at how many of them more were last fetched ahead.
    var tried: Set<Int> = []
    var fetchedAheadAt = 0

    /// The solver's packages that stand for the project.
    var packages: [PackageID] {
        (base.map { [$0] } ?? []) + proxies.values + withExtra.values
    }

    init(_ number: Int32, _ name: PackageName) {
        self.number = number
        self.name = name
    }

    enum Availability {
        case unknown
        /// The index in the listing of the best file.
        case file(Int)
        case unavailable(Unavailability)
    }

    func take(_ listing: ProjectListing) {
        self.listing = listing
        axis = VersionAxis(listing.versions)
        availability = ContiguousArray(repeating: .unknown, count: listing.versions.count)
        isMissing = listing.versions.isEmpty && url == nil
        state = .listed
    }

    func take(_ table: DependencyTable) {
        collector = DependencyCollector(table)
        pooled = ContiguousArray(repeating: -1, count: table.requirements.count)
        pooledExtras = ContiguousArray(repeating: -1, count: table.extras.count)
    }

    func learn(_ metadata: FileMetadata, key: UInt64) {
        collector.add(metadata, key: key)
        if metadata.isPassing { passing.insert(key) }
        while pooled.count < dependencies.requirements.count { pooled.append(-1) }
        while pooledExtras.count < dependencies.extras.count { pooledExtras.append(-1) }
        awaited.remove(key)
    }

    /// The best file of a version for the target, or why there is none.
    func availability(of version: Int, for target: ResolutionTarget) -> Availability {
        if case .unknown = availability[version] {
            availability[version] = target.bestFile(of: version, in: listing, of: name)
        }
        return availability[version]
    }

    /// The pool's number of one of the table's requirements.
    func requirement(_ reference: UInt32, in pool: inout RequirementPool) -> Int32? {
        let known = pooled[Int(reference)]
        if known >= 0 { return known }
        guard let requirement = dependencies.requirements.withText(Int(reference), { Requirement(utf8: $0) }) else {
            return nil
        }
        let number = pool.add(requirement)
        pooled[Int(reference)] = number
        return number
    }

    /// The pool's number of the only extra that a requirement of the table is for.
    func soleExtra(of reference: UInt32, in pool: inout RequirementPool) -> Int32? {
        let extra = dependencies.extraOf[Int(reference)]
        guard extra < DependencyTable.mixedExtra else { return nil }
        let known = pooledExtras[Int(extra)]
        if known >= 0 { return known }
        guard let name = dependencies.extras.withText(Int(extra), { ExtraName(utf8: $0) }) else { return nil }
        let number = pool.extra(name)
        pooledExtras[Int(extra)] = number
        return number
    }
}
