internal import Cryptography
internal import PythonPackaging
internal import PythonResolver
internal import Recipes

/// Where the file of a resolution comes from, as a lock writes it down.
struct FilePlace {
    /// The index, without credentials; `nil` for the default one.
    var index: String?
    /// Of a file that no index serves, or not the default one.
    var url: String?
    var path: String?
}

extension Lock {
    /// One lock of the answers for every platform of a recipe.
    ///
    /// A version that several platforms chose is one package with the wheels of all of them; one that only some chose
    /// names those, and has PEP 751's marker where the architecture tells them apart.
    ///
    /// - Parameter place: tells where a file comes from.
    init(
        _ recipe: Recipe, resolutions: [Resolution], createdBy: String,
        place: (Resolution.Package) throws -> FilePlace
    ) throws {
        struct Key: Hashable {
            let name: PackageName
            let version: Version
        }
        var merged: [Key: Lock.Package] = [:]
        let versions = Dictionary(grouping: resolutions.flatMap(\.packages), by: \.name)
            .mapValues { Set($0.map(\.version)).count }
        for resolution in resolutions {
            for chosen in resolution.packages {
                let key = Key(name: chosen.name, version: chosen.version)
                var package = merged[key] ?? Lock.Package(name: chosen.name, version: chosen.version)
                package.platforms.append(resolution.platform)
                package.requiresPython = chosen.requiresPython ?? SpecifierSet()
                let place = try place(chosen)
                package.index = place.index
                let file = try Lock.File(chosen, place: place)
                if !package.wheels.contains(where: { $0.name == file.name }) { package.wheels.append(file) }
                package.extras = Set(package.extras + chosen.extras).sorted()
                for reason in chosen.reasons where !package.reasons.contains(reason) { package.reasons.append(reason) }
                let dependencies = chosen.dependencies.map {
                    Lock.Dependency(name: $0.name, version: versions[$0.name, default: 1] > 1 ? $0.version : nil)
                }
                package.dependencies = Set(package.dependencies + dependencies).sorted()
                merged[key] = package
            }
        }
        let packages = merged.values.map { package in
            var package = package
            package.wheels.sort { $0.name < $1.name }
            if Set(package.platforms) == Set(recipe.platforms) {
                package.platforms = []
            } else {
                package.marker = Lock.marker(for: package.platforms, of: recipe.platforms)
            }
            return package
        }
        self.init(
            recipe: recipe,
            packages: packages.sorted { left, right in
                guard left.name == right.name, let first = left.version, let second = right.version else {
                    return left.name < right.name
                }
                return first < second
            },
            createdBy: createdBy)
        dropPartialSizes()
    }

    /// `size` is written only where it is known for every chosen file, so that a lock does not depend on what an index
    /// happened to tell.
    private mutating func dropPartialSizes() {
        let files = packages.flatMap(\.wheels)
        guard files.contains(where: { $0.size == nil }) else { return }
        for package in packages.indices {
            for wheel in packages[package].wheels.indices { packages[package].wheels[wheel].size = nil }
        }
    }

    /// A marker for some of a recipe's platforms, where their architecture tells them from the others; `nil` where only
    /// the C library would, of which markers know nothing.
    private static func marker(for platforms: [TargetPlatform], of all: [TargetPlatform]) -> Marker? {
        let wanted = Set(platforms.map(\.architecture))
        let unwanted = Set(all.filter { !platforms.contains($0) }.map(\.architecture))
        guard wanted.isDisjoint(with: unwanted) else { return nil }
        let markers = wanted.map(\.rawValue).sorted().compactMap { try? Marker("platform_machine == '\($0)'") }
        return markers.dropFirst().reduce(markers.first) { $0?.or($1) }
    }
}

extension Lock.File {
    fileprivate init(_ chosen: Resolution.Package, place: FilePlace) throws {
        guard let digest = chosen.file.sha256 else {
            throw BuilderError(
                .noWheel, subject: chosen.file.filename, message: "comes from an index that tells no SHA-256",
                advice: "use an index that does, or put the file into a folder named by find-links")
        }
        self.init(
            name: chosen.file.filename, sha256: digest, size: chosen.file.size, url: place.url, path: place.path,
            uploadTime: nil)
    }
}
