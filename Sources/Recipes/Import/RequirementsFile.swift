internal import Cryptography
public import PythonPackaging

/// What a `requirements.txt` asks for, with all that it includes (pip's "Requirements File Format").
///
/// Paths are relative to the folder of the first file.
public struct RequirementsFile: Sendable, Equatable {
    public var requests: [Recipe.Request] = []
    public var constraints: [Requirement] = []
    /// `--index-url`: stands in place of the default index.
    public var indexURL: String?
    /// `--extra-index-url`, in their order.
    public var extraIndexURLs: [String] = []
    /// `--no-index`: only `findLinks` count.
    public var noIndex = false
    public var findLinks: [String] = []
    public var prereleases = false
    public var requireHashes = false
    /// Options that were passed over, and why, with their places.
    public var notes: [String] = []

    /// Reads a file and what it includes.
    ///
    /// - Parameters:
    ///   - variables: the value of `${NAME}`; what has none stays as it is written.
    ///   - load: reads an included file, by its path relative to the first file's folder.
    /// - Throws: every mistake of all files at once.
    public init(
        _ source: SourceText, variables: @escaping (String) -> String? = { _ in nil },
        load: @escaping (String) throws -> SourceText = RequirementsFile.loadNothing
    ) throws(RecipesError) {
        self.init()
        var walk = Walk(variables: variables, load: load)
        walk.read(source, folder: "", isConstraints: false, into: &self)
        walk.finish(&self)
        if let first = walk.issues.first { throw RecipesError(first, Array(walk.issues.dropFirst())) }
    }

    private init() {}

    /// For files that include nothing.
    public static func loadNothing(_ path: String) throws -> SourceText {
        throw RecipesError(.missingFile, in: path, message: "cannot be included here")
    }

    /// The recipe that asks for the same.
    public func recipe(
        named name: String, python: PythonVersion, platforms: [TargetPlatform] = [Recipe.defaultPlatform]
    ) -> Recipe {
        var recipe = Recipe(name: name, python: .init(version: python, packages: requests), platforms: platforms)
        recipe.python.constraints = constraints
        recipe.python.indexes = extraIndexURLs.map { .init(url: $0) }
        if let indexURL { recipe.python.indexes.append(.init(url: indexURL, isDefault: true)) }
        recipe.python.usesDefaultIndex = !noIndex
        recipe.python.findLinks = findLinks
        recipe.python.prereleases = prereleases ? .allow : .ifNecessary
        recipe.python.requireHashes = requireHashes
        return recipe
    }
}

extension RequirementsFile {
    /// Reads files one after another, and collects what is wrong with them.
    struct Walk {
        let variables: (String) -> String?
        let load: (String) throws -> SourceText
        private(set) var issues: [RecipesError.Issue] = []
        /// The files being read, the outermost first, to find those that include themselves.
        private var open: [String] = []
        private var filesRead = 0
        private var places: [PackageName: (file: String, line: Int)] = [:]

        static let fileLimit = 200
        static let sizeLimit = 8 << 20

        init(variables: @escaping (String) -> String?, load: @escaping (String) throws -> SourceText) {
            self.variables = variables
            self.load = load
        }

        mutating func read(
            _ source: SourceText, folder: String, isConstraints: Bool, into result: inout RequirementsFile
        ) {
            filesRead += 1
            open.append(source.name)
            defer { open.removeLast() }
            let bytes: ArraySlice<UInt8>
            do {
                bytes = try source.validated(limit: Self.sizeLimit)
            } catch {
                issues += error.issues
                return
            }
            for line in RequirementsLine.split(bytes, variables: variables) {
                var context = LineContext(file: source.name, folder: folder, isConstraints: isConstraints, line: line)
                context.read(into: &result, walk: &self)
                issues += context.issues
            }
        }

        /// Reads an included file.
        mutating func include(
            _ path: String, isConstraints: Bool, from context: inout LineContext, into result: inout RequirementsFile
        ) {
            if hasScheme(path), !path.hasPrefix("file:") {
                return context.report(.unsupported, "includes a file by URL", advice: "save the file beside this one")
            }
            let place = joinedPath(context.folder, path)
            guard filesRead < Self.fileLimit else {
                return context.report(.tooComplex, "includes more than \(Self.fileLimit) files")
            }
            let source: SourceText
            do {
                source = try load(place)
            } catch {
                return context.report(.missingFile, "includes `\(place)`, which cannot be read: \(error)")
            }
            guard !open.contains(source.name) else {
                return context.report(.conflict, "includes `\(place)`, which is being read already")
            }
            let folder = place.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(place[..<$0]) } ?? ""
            read(source, folder: folder, isConstraints: isConstraints, into: &result)
        }

        mutating func note(_ request: Recipe.Request, file: String, line: Int) {
            if places[request.requirement.name] == nil { places[request.requirement.name] = (file, line) }
        }

        /// pip's hash-checking mode: once one requirement has hashes, all must, and be pinned.
        mutating func finish(_ result: inout RequirementsFile) {
            guard result.requireHashes || result.requests.contains(where: { !$0.hashes.isEmpty }) else { return }
            result.requireHashes = true
            for request in result.requests {
                let place = places[request.requirement.name]
                let mark = place.map { SourceMark(line: $0.line, column: 1) }
                let file = place?.file ?? ""
                if request.hashes.isEmpty {
                    issues.append(
                        .init(
                            .missingKey, in: file, at: mark,
                            message: "`\(request.requirement.name)` has no --hash, and others have or must",
                            advice: "give every requirement hashes, or none"))
                } else if request.requirement.url == nil, !request.requirement.specifiers.hasPin {
                    issues.append(
                        .init(
                            .badValue, in: file, at: mark,
                            message: "`\(request.requirement)` has hashes and is not pinned with `==`"))
                }
            }
        }
    }
}
