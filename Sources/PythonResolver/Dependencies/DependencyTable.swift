public import PythonPackaging

/// What the files of one project depend on, as far as their metadata has been read.
///
/// The versions of a project repeat each other's requirements, so each distinct requirement is kept once, and a
/// resolve parses it once. A requirement for one extra alone says so here, and is passed over unparsed unless that
/// extra is asked for.
public struct DependencyTable: Sendable, Equatable {
    /// One file's metadata.
    struct Entry: Sendable, Equatable {
        /// Its requirements, in their order: a range of `references`.
        var first: UInt32
        var count: UInt32
        /// The number of `Requires-Python`; `none` for none.
        var requiresPython: UInt32
        /// The number of what is wrong with the metadata; `none` where it can be used.
        var fault: UInt32

        static let none = UInt32.max
    }

    /// The distinct requirements, in canonical form.
    var requirements = TextTable()
    /// For each requirement, the extra that it is for.
    var extraOf: ContiguousArray<UInt16> = []
    var extras = TextTable()
    var pythons = TextTable()
    var faults = TextTable()
    var references: ContiguousArray<UInt32> = []
    var entries: [UInt64: Entry] = [:]

    /// For a requirement whose marker is true whatever the extra, or false.
    static let noExtra = UInt16.max
    /// For a requirement whose marker asks for extras in a way that must be evaluated.
    static let mixedExtra = UInt16.max - 1

    public init() {}

    /// Whether the metadata of no file is known.
    public var isEmpty: Bool { entries.isEmpty }
}

/// What a file's metadata says, as far as resolving goes.
public struct FileMetadata: Sendable, Equatable {
    public var requirements: [Requirement]
    public var requiresPython: SpecifierSet?
    public var providedExtras: [ExtraName]
    /// What is wrong with it, as the rest of a sentence about the file; it can't be used then.
    public var fault: String?
    /// Whether it holds for this resolve alone, and is looked at again the next time: a fault that may lie with where the
    /// file was read from, or what a build told, which another interpreter's may not.
    public var isPassing: Bool

    public init(
        requirements: [Requirement] = [], requiresPython: SpecifierSet? = nil, providedExtras: [ExtraName] = [],
        fault: String? = nil, isPassing: Bool = false
    ) {
        self.requirements = requirements
        self.requiresPython = requiresPython
        self.providedExtras = providedExtras
        self.fault = fault
        self.isPassing = isPassing
    }

    public init(_ metadata: CoreMetadata) {
        self.init(
            requirements: metadata.requirements, requiresPython: metadata.requiresPython,
            providedExtras: metadata.providedExtras)
    }
}

/// Adds files' metadata to a table.
struct DependencyCollector {
    private(set) var table: DependencyTable
    /// The numbers of the table's texts; made when the first file is added, which a resolve from storage never does.
    private var numbers: Numbers?

    private struct Numbers {
        var requirements: [String: Int]
        var extras: [String: Int]
        var pythons: [String: Int]
        var faults: [String: Int]
    }

    init(_ table: DependencyTable) {
        self.table = table
    }

    mutating func add(_ metadata: FileMetadata, key: UInt64) {
        var numbers =
            self.numbers.take()
            ?? Numbers(
                requirements: table.requirements.numbers, extras: table.extras.numbers, pythons: table.pythons.numbers,
                faults: table.faults.numbers)
        var entry = DependencyTable.Entry(
            first: UInt32(table.references.count), count: UInt32(metadata.requirements.count),
            requiresPython: DependencyTable.Entry.none, fault: DependencyTable.Entry.none)
        for requirement in metadata.requirements {
            let number = table.requirements.number(of: requirement.description, &numbers.requirements)
            if number == table.extraOf.count {
                var extra = DependencyTable.noExtra
                switch requirement.marker?.soleExtra {
                case .none, .some(.irrelevant): break
                case .some(.mixed): extra = DependencyTable.mixedExtra
                case .some(.one(let name)):
                    let number = table.extras.number(of: name, &numbers.extras)
                    extra = UInt16(min(number, Int(DependencyTable.mixedExtra)))
                }
                table.extraOf.append(extra)
            }
            table.references.append(UInt32(number))
        }
        if let python = metadata.requiresPython, !python.isEmpty {
            entry.requiresPython = UInt32(table.pythons.number(of: python.description, &numbers.pythons))
        }
        if let fault = metadata.fault {
            entry.fault = UInt32(table.faults.number(of: fault, &numbers.faults))
        }
        table.entries[key] = entry
        self.numbers = numbers
    }
}
