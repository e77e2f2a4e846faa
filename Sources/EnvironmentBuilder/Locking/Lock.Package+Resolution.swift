internal import Cryptography
internal import PythonPackaging
internal import PythonResolver
internal import Recipes

/// Where a chosen file comes from, as a lock writes it down.
struct FilePlace {
    /// The index, without credentials; `nil` for the default one.
    var index: String?
    /// Of a file that the default index does not serve.
    var url: String?
    var path: String?
}

extension Lock.Package {
    /// What was chosen, as a lock's package with its one wheel, egg or source distribution.
    ///
    /// - Throws: ``BuilderError`` where the index tells no SHA-256 of the file, or one that the recipe does not allow.
    init(_ chosen: Resolution.Package, place: FilePlace, asked python: Recipe.Python) throws {
        guard let digest = chosen.file.sha256 else {
            throw BuilderError(
                .noWheel, subject: chosen.file.filename, message: "has no SHA-256",
                advice: "use an index that tells it, or put the file into a folder that find-links names")
        }
        switch python.verdict(on: digest, of: chosen.name) {
        case .allowed: break
        case .other:
            throw BuilderError(
                .wrongHash, subject: chosen.file.filename,
                message:
                    "has \(digest.prefixed), which is none of the hashes that the recipe allows for \(chosen.name)",
                advice: "compare with where the hashes came from; if the file is right, add its hash")
        case .unnamed:
            throw BuilderError(
                .wrongHash, subject: chosen.name.description,
                message: "is needed by others, and has no hash while the recipe requires hashes",
                advice: "add \(chosen.name) with its hashes to the packages, as `pip-compile --generate-hashes` does")
        }
        let file = Lock.File(
            name: chosen.file.filename, sha256: digest, size: chosen.file.size, url: place.url, path: place.path)
        self.init(name: chosen.name, version: chosen.version)
        take(file)
        requiresPython = chosen.requiresPython ?? SpecifierSet()
        index = place.index
        extras = chosen.extras
        reasons = chosen.reasons
        var seen: Set<PackageName> = []
        dependencies = chosen.dependencies.filter { seen.insert($0.name).inserted }
            .map { Lock.Dependency(name: $0.name) }
    }
}
