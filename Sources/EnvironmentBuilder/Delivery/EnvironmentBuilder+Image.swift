internal import BaseImages
public import Cryptography
public import ImageSpec
internal import Layers
internal import Publishing
internal import PythonPackaging
internal import Recipes
public import Registry
internal import SystemPackage
internal import Units
internal import Workers

/// An environment as an image.
public struct DeliveredImage: Sendable {
    /// The manifest's, or that of the index of several platforms.
    public let descriptor: Descriptor
    /// Bytes of all blobs, the base's among them.
    public let size: UInt64
    /// Layers above the base, over all platforms.
    public let layers: Int
    /// How many of them had to be made.
    public let made: Int
    /// Paths that several packages own with different contents, on any of the platforms: the last named has it.
    public let conflicts: [PathConflict]
    /// Whether it stands on bases; else it has no Python, and is for image volumes alone.
    public let hasBase: Bool
    /// What was sent to each of the registries, in the order of the references.
    public let pushes: [PushReport]
    public let seconds: Double

    public var digest: SHA256Digest { descriptor.digest }
}

/// An environment with the base that its image stands on, its packages with the bytecode of the base's interpreter.
struct BasedEnvironment: Sendable {
    var environment: Environment
    var base: ReadyBase?
    var packages: [Package]
    var classArchive: ClassArchive?
}

/// An image whose blobs are all in the store or in memory, not yet written anywhere.
struct MadeImage: Sendable {
    let set: ImageSet
    /// One for each platform.
    let images: [Image]
    /// How many layers had to be made.
    let made: Int
    let conflicts: [PathConflict]
}

extension EnvironmentBuilder {
    /// Makes an image of environments, one for each platform, and writes it to every place named.
    func deliver(
        _ environments: [BasedEnvironment], recipe: Recipe?, compression: LayerFormat.Compression,
        to references: [ImageReference], isNamed: Bool
    ) async throws -> DeliveredImage {
        let watch = Stopwatch()
        let image = try await image(of: environments, recipe: recipe, compression: compression, isNamed: isNamed)
        let pushes = try await stage(.image, total: references.count) {
            var pushes: [PushReport] = []
            for reference in references {
                if let push = try await write(image.set, to: reference) { pushes.append(push) }
            }
            return pushes
        }
        return DeliveredImage(
            descriptor: image.set.descriptor, size: image.set.blobs.reduce(0) { $0 + $1.size },
            layers: image.images.reduce(0) { $0 + $1.layers.count }, made: image.made,
            conflicts: image.conflicts, hasBase: environments.allSatisfy { $0.base != nil }, pushes: pushes,
            seconds: watch.seconds)
    }

    /// Makes an image of environments, one for each platform, its layers in the store and what it needs registered.
    func image(
        of environments: [BasedEnvironment], recipe: Recipe?, compression: LayerFormat.Compression, isNamed: Bool
    ) async throws -> MadeImage {
        let epoch = try Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH"))
        let builder = LayerBuilder(
            store: store, format: LayerFormat(compression: compression, epoch: epoch), workers: workers)
        let assembler = ImageAssembler(builder: builder)
        let plans = try environments.map { try plan($0, recipe: recipe) }
        let made = Counter()
        let images = try await stage(.layers) {
            let observer = self.observer
            return try await blocking {
                try plans.map { plan in
                    try assembler.assemble(plan) { layer in
                        made.increment()
                        observer(.advanced(.layers, by: 1, subject: layer.title))
                    }
                }
            }
        }
        for (environment, image) in zip(environments, images) {
            let size = ImageSize(image)
            try store.remember(size, of: environment.environment.id)
            try check(size, of: environment.environment, against: recipe?.budget ?? Recipe.Budget())
        }
        try await blocking { [self] in
            try register(
                environments, platforms: recipe?.platforms ?? environments.map(\.environment.platform),
                as: images, isNamed: isNamed)
        }
        return MadeImage(
            set: ImageSet(images), images: images, made: made.value, conflicts: conflicts(of: zip(plans, images)))
    }

    /// Writes a finished image to one place; to a registry the tag last.
    ///
    /// - Returns: what was sent to a registry; `nil` for a folder or file.
    @discardableResult
    func write(_ image: ImageSet, to reference: ImageReference) async throws -> PushReport? {
        switch reference {
        case .layout(let path, let tag):
            try await blocking { try OCILayout(FilePath(path)).write(image, tag: tag) }
        case .archive(let path, let tag):
            try await blocking { try OCIArchive.write(image, tag: tag, to: FilePath(path)) }
        case .registry(let place):
            return try await push(image.descriptor, from: SetContent(image), to: place, basedOn: image.bases)
        }
        return nil
    }

    /// What several packages own, told once where it is so on several platforms.
    private func conflicts(of images: some Sequence<(ImagePlan, Image)>) -> [PathConflict] {
        var all: [PathConflict] = []
        for (plan, image) in images {
            for conflict in image.conflicts {
                let owners = conflict.packages.map { plan.packages[$0].unit }
                let told = PathConflict(path: conflict.path, packages: owners.map { "\($0.name) \($0.version)" })
                if !all.contains(told) { all.append(told) }
            }
        }
        return all
    }

    private func plan(_ based: BasedEnvironment, recipe: Recipe?) throws -> ImagePlan {
        let environment = based.environment
        let manifest = EnvironmentManifest(environment, packages: based.packages)
        let spark = manifest.spark
        // Without a base, as an image volume, it is for whatever Python of its version is there.
        let usual = "/usr/bin/python\(environment.python.short)"
        let glue = TreeGlue(
            interpreter: (based.base?.python ?? (TreeGlue.canLaunch(environment.python) ? nil : usual))
                .map { FilePath($0) },
            python: environment.python, manifest: manifest.bytes, spark: spark)
        let root = "/" + LayerFormat().root
        let sparkVariables = spark?.variables(
            at: root, beside: based.base?.image.configuration.variable("SPARK_DIST_CLASSPATH"))
        var entries = try glue.entries().map { entry in
            switch entry.content {
            case .file(let bytes, let isExecutable):
                GlueEntry(path: entry.path, content: .file(bytes, isExecutable: isExecutable))
            case .link(let target): GlueEntry(path: entry.path, content: .link(target))
            }
        }
        if spark != nil {
            let (program, place) = SparkHome.decommission
            entries.append(GlueEntry(path: place, content: .link("\(root)/\(program)"), isOutside: true))
        }
        return ImagePlan(
            platform: Platform(machine: environment.platform.architecture.rawValue),
            packages: based.packages, glue: entries,
            classArchive: try based.classArchive?.unit(of: environment),
            base: based.base?.image, entrypoint: spark == nil ? [] : ["\(root)/\(SparkHome.entryPoint)"],
            variables: sparkVariables ?? [], environment: environment.variables, labels: recipe?.image.labels ?? [:],
            title: environment.name, version: environment.version, layerLimit: recipe?.image.layers ?? 100)
    }
}
