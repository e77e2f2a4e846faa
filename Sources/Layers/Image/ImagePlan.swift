public import ImageSpec
public import Units

/// What an image for one platform is to be made of.
public struct ImagePlan: Sendable {
    public var platform: Platform
    /// In the environment's order; of two that own one path the last has it.
    public var packages: [Package]
    /// What stands around the units: interpreter links, `pyvenv.cfg`, `chidori.json`.
    public var glue: [GlueEntry]
    /// A JVM's class archive, which gets a layer of its own.
    public var classArchive: Unit?
    /// What the image stands on.
    public var base: ImageBase?
    /// What containers start with, behind the base's entry point where it has one.
    public var entrypoint: [String]
    /// What programs find things of the environment by, over the base's.
    public var variables: [(name: String, value: String)]
    /// The recipe's variables, over those of the base and ours.
    public var environment: [String: String]
    /// Labels beside those that follow from the rest.
    public var labels: [String: String]
    /// The environment's name and version, for the labels that tell them.
    public var title: String?
    public var version: String?
    /// The most layers of the whole image.
    public var layerLimit: Int

    public init(
        platform: Platform, packages: [Package], glue: [GlueEntry] = [], classArchive: Unit? = nil,
        base: ImageBase? = nil, entrypoint: [String] = [], variables: [(name: String, value: String)] = [],
        environment: [String: String] = [:], labels: [String: String] = [:], title: String? = nil,
        version: String? = nil, layerLimit: Int = 100
    ) {
        self.platform = platform
        self.packages = packages
        self.glue = glue
        self.classArchive = classArchive
        self.base = base
        self.entrypoint = entrypoint
        self.variables = variables
        self.environment = environment
        self.labels = labels
        self.title = title
        self.version = version
        self.layerLimit = layerLimit
    }

    /// The order of a tree of links: a package's bytecode comes right behind it.
    private var trees: [(unit: Unit, package: Int, isBytecode: Bool)] {
        packages.enumerated().flatMap { index, package in
            package.trees.enumerated().map { ($1, index, $0 > 0) }
        }
    }

    /// The contents of the layers above the base: units, bytecode, glue. And what several packages own with different
    /// contents.
    ///
    /// Throws `tooManyLayers`, and `UnitsError` for a damaged record.
    public func layers() throws -> (contents: [LayerContent], conflicts: [PathOwnership.PackageConflict]) {
        let trees = trees
        let ownership = try PathOwnership(trees.map(\.unit))
        let excluded = ownership.excluded
        let sources = trees.indices.filter { !trees[$0].isBytecode }
        let bytecode = trees.indices.filter { trees[$0].isBytecode }
        func items(_ indexes: [Int]) -> [LayerGrouping.Item] {
            indexes.map { LayerGrouping.Item(name: trees[$0].unit.name, size: trees[$0].unit.size) }
        }
        let reserved = (base?.manifest.layers.count ?? 0) + (glue.isEmpty ? 0 : 1) + (classArchive == nil ? 0 : 1)
        let groups = try LayerGrouping(limit: layerLimit, reserved: reserved)
            .groups(units: items(sources), bytecode: items(bytecode))
        func content(_ group: [Int], _ prefix: String) -> LayerContent {
            let units = group.map { LayerUnit(trees[$0].unit, excluding: excluded[$0]) }
            let names = units.map(\.unit.description).joined(separator: ", ")
            return LayerContent(title: prefix + names, units: units)
        }
        let contents =
            groups.units.map { content($0.map { sources[$0] }, "") }
            + groups.bytecode.map { content($0.map { bytecode[$0] }, "bytecode of ") }
            + (classArchive.map { [LayerContent(title: $0.description, units: [LayerUnit($0)])] } ?? [])
            + (glue.isEmpty ? [] : [LayerContent(title: "environment", glue: glue)])
        return (contents, ownership.conflicts(between: trees.map(\.package)))
    }

    /// Everything that is above the base as one tree: units, bytecode and glue together. And what several packages own with
    /// different contents.
    ///
    /// Throws `UnitsError` for a damaged record.
    public func tree(title: String) throws -> (content: LayerContent, conflicts: [PathOwnership.PackageConflict]) {
        let trees = trees
        let ownership = try PathOwnership(trees.map(\.unit))
        let units = zip(trees, ownership.excluded).map { LayerUnit($0.unit, excluding: $1) }
        return (
            LayerContent(title: title, units: units, glue: glue), ownership.conflicts(between: trees.map(\.package))
        )
    }
}
