internal import Cryptography
internal import PythonPackaging

extension Lock {
    /// The version of `[tool.chidori]` that this program writes, and the newest that it reads.
    static let format = 1

    /// Reads a lock: one of ours, or any `pylock.toml` (PEP 751).
    ///
    /// - Throws: every mistake at once, with file, line, column and keys; `newerFormat` for a lock that a later
    ///   version wrote.
    public init(toml source: SourceText) throws(RecipesError) {
        let root = try TOMLReader.read(source)
        var reading = Reading(file: source.name, isLenient: true)
        guard let table = TableReading(root, &reading) else {
            throw RecipesError(.wrongType, in: source.name, message: "is no lock")
        }
        try Lock.checkFormat(table, file: source.name)
        let own = table.entry("tool")?.value.entry("chidori")?.value.content
        self.init(recipe: nil, packages: [])
        createdBy = table.read("created-by", .text, &reading) ?? ""
        requiresPython = table.read("requires-python", .specifiers, &reading) ?? SpecifierSet()
        environments = table.read("environments", .list(of: .marker), &reading) ?? []
        extras = table.read("extras", .list(of: .extraName), &reading) ?? []
        dependencyGroups = table.read("dependency-groups", .list(of: .extraName), &reading) ?? []
        defaultGroups = table.read("default-groups", .list(of: .extraName), &reading) ?? []
        if case .mapping(let entries) = own { readTool(entries, &reading) }
        table.table("tool", &reading) { table, reading -> Void? in
            table.table("chidori", &reading) { table, reading -> Void? in
                jars = table.tables("jars", &reading) { Jar($0, &$1) }
                return nil
            }
            return nil
        }
        otherTools = table.entry("tool")?.value.entries.filter { $0.key != "chidori" } ?? []
        packages = table.tables("packages", &reading) { Package($0, &$1) }
        if let error = reading.error { throw error }
    }

    /// Refuses what is no lock, or a newer kind, before anything else can seem wrong with it.
    private static func checkFormat(_ table: TableReading, file: String) throws(RecipesError) {
        guard let entry = table.entry("lock-version"), case .scalar(let version, .text) = entry.value.content else {
            throw RecipesError(
                .missingKey, in: file, at: table.entry("lock-version")?.value.mark,
                message: "is no lock: `lock-version` is missing or no text",
                advice: "make a lock with `chidori env lock RECIPE`")
        }
        guard version.split(separator: ".").first == "1" else {
            throw RecipesError(
                .newerFormat, in: file, at: entry.value.mark, keyPath: "lock-version",
                message: "is \(version), and this version of Chidori reads 1.0",
                advice: "use a newer Chidori, or lock again with this one")
        }
        guard let format = table.entry("tool")?.value.entry("chidori")?.value.entry("format")?.value else { return }
        guard case .scalar(let text, .integer) = format.content, let number = Int(text),
            (1...Lock.format).contains(number)
        else {
            throw RecipesError(
                .newerFormat, in: file, at: format.mark, keyPath: "tool.chidori.format",
                message:
                    "is \(format.kind == "a number" ? format.text : format.kind), and this version of Chidori reads 1 to \(Lock.format)",
                advice: "use a newer Chidori, or lock again with this one")
        }
    }

    private mutating func readTool(_ entries: [SourceNode.Entry], _ reading: inout Reading) {
        guard let node = entries.first(where: { $0.key == "recipe" }) else { return }
        let folder = entries.first { $0.key == "recipe-folder" }
        reading.under("tool") { reading in
            reading.under("chidori") { reading in
                recipeFolder = folder.flatMap { folder in
                    reading.under(folder.key) { Codec.text.read(folder.value, &$0) }
                }
                recipe = reading.under("recipe") { Recipe.shape.read(node.value, &$0) }
            }
        }
    }
}

extension Lock.Package {
    fileprivate init?(_ table: TableReading, _ reading: inout Reading) {
        let issuesBefore = reading.issues.count
        guard let name = table.require("name", .packageName, &reading) else { return nil }
        self.init(name: name, version: table.read("version", .version, &reading))
        marker = table.read("marker", .marker, &reading)
        requiresPython = table.read("requires-python", .specifiers, &reading) ?? SpecifierSet()
        dependencies = table.tables("dependencies", &reading) { table, reading in
            guard let name = table.require("name", .packageName, &reading) else { return nil }
            return Lock.Dependency(name: name, version: table.read("version", .version, &reading))
        }
        index = table.read("index", .text, &reading)
        wheels = table.tables("wheels", &reading) { Lock.File($0, &$1) }
        sourceDistribution = table.table("sdist", &reading) { Lock.File($0, &$1) }
        tree =
            table.table("vcs", &reading) { Lock.SourceTree(repository: $0, &$1) }
            ?? table.table("directory", &reading) { Lock.SourceTree(folder: $0, &$1) }
        table.table("archive", &reading) { table, reading -> Void? in
            // A file by its URL is an archive in PEP 751's words, a wheel too, and an egg might be one.
            guard let file = Lock.File(table, &reading) else { return nil }
            take(file)
            return nil
        }
        table.table("tool", &reading) { table, reading -> Void? in
            otherTools = table.entries.filter { $0.key != "chidori" }
            table.table("chidori", &reading) { table, reading -> Void? in
                extras = table.read("extras", .list(of: .extraName), &reading) ?? []
                platforms = table.read("platforms", .list(of: .platform), &reading) ?? []
                eggs += table.tables("eggs", &reading) { Lock.File($0, &$1) }
                if case .folder(let path, _) = tree?.kind {
                    tree?.kind = .folder(path: path, content: table.read("content", .digest, &reading))
                }
                if table.entry("build-requires") != nil {
                    buildRequirements = table.tables("build-requires", &reading) { Lock.BuildRequirement($0, &$1) }
                }
                reasons = table.tables("required-by", &reading) { Lock.Reason($0, &$1) }
                return nil
            }
            return nil
        }
        if wheels.isEmpty, eggs.isEmpty, sourceDistribution == nil, tree == nil,
            reading.issues.count == issuesBefore
        {
            reading.report(.missingKey, at: table.mark, "`\(name)` has no file", advice: "lock again")
        }
    }
}

extension Lock.File {
    init?(_ table: TableReading, _ reading: inout Reading) {
        let url = table.read("url", .text, &reading)
        let path = table.read("path", .text, &reading)
        guard let name = table.read("name", .text, &reading) ?? (path ?? url).map(fileName(of:)) else {
            reading.report(.missingKey, at: table.mark, "`name` is missing, and there is no `url` or `path` to tell it")
            return nil
        }
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.isEmpty else {
            reading.report(.badValue, at: table.mark, "`\(name)` is no file's name")
            return nil
        }
        let size = table.read("size", .size, &reading)
        let uploadTime = table.read("upload-time", .uploadTime, &reading)
        guard let hashes = table.require("hashes", .mapping(of: .text) { _ in nil }, &reading) else { return nil }
        guard let text = hashes["sha256"] else {
            reading.report(
                .unsupported, at: table.mark, "`\(name)` has no sha256 digest",
                advice: "lock again with the tool that made this lock, with sha256 hashes")
            return nil
        }
        guard let digest = SHA256Digest(hex: text) else {
            reading.report(.badValue, at: table.mark, "`\(text)` is no SHA-256 digest")
            return nil
        }
        self.init(name: name, sha256: digest, size: size, url: url, path: path, uploadTime: uploadTime)
        otherHashes = hashes.filter { $0.key != "sha256" }
    }
}

extension Lock.SourceTree {
    fileprivate init?(repository table: TableReading, _ reading: inout Reading) {
        guard let type = table.require("type", .text, &reading),
            let commit = table.require("commit-id", .text, &reading)
        else { return nil }
        guard type == "git" else {
            reading.report(
                .unsupported, at: table.mark, "is a repository of \(type), and Chidori knows git alone",
                advice: "name a source distribution or wheel of it")
            return nil
        }
        guard let url = table.read("url", .text, &reading) ?? table.read("path", .text, &reading) else {
            reading.report(.missingKey, at: table.mark, "`url` is missing")
            return nil
        }
        self.init(
            .repository(
                url: url, requestedRevision: table.read("requested-revision", .text, &reading), commit: commit),
            subdirectory: table.read("subdirectory", .text, &reading))
    }

    fileprivate init?(folder table: TableReading, _ reading: inout Reading) {
        guard let path = table.require("path", .text, &reading) else { return nil }
        self.init(
            .folder(path: path, content: nil), subdirectory: table.read("subdirectory", .text, &reading))
    }
}

extension Lock.BuildRequirement {
    fileprivate init?(_ table: TableReading, _ reading: inout Reading) {
        guard let name = table.require("name", .packageName, &reading),
            let version = table.require("version", .version, &reading),
            let wheel = table.table("wheel", &reading, { Lock.File($0, &$1) })
        else { return nil }
        self.init(name: name, version: version, index: table.read("index", .text, &reading), wheel: wheel)
    }
}

extension Lock.Reason {
    fileprivate init?(_ table: TableReading, _ reading: inout Reading) {
        guard let requirement = table.require("requirement", .text, &reading) else { return nil }
        if let package = table.read("package", .packageName, &reading) {
            self.init(
                .package(package, extra: table.read("extra", .extraName, &reading)), requirement: requirement)
        } else if let word = table.read("by", .text, &reading), let source = Source(word: word) {
            self.init(source, requirement: requirement)
        } else {
            reading.report(.missingKey, at: table.mark, "names nobody who asks")
            return nil
        }
    }
}

extension Lock.Reason.Source {
    /// The word for a source that is no package.
    var word: String? {
        switch self {
        case .recipe: "recipe"
        case .constraint: "constraint"
        case .override: "override"
        case .package: nil
        }
    }

    fileprivate init?(word: String) {
        switch word {
        case "recipe": self = .recipe
        case "constraint": self = .constraint
        case "override": self = .override
        default: return nil
        }
    }
}

extension SourceNode {
    var entries: [Entry] {
        if case .mapping(let entries) = content { return entries }
        return []
    }

    func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

    var text: String {
        if case .scalar(let text, _) = content { return text }
        return ""
    }
}

/// The last part of a URL or path, percent-decoded, without query and fragment.
func fileName(of place: String) -> String {
    var bytes = Array(place.utf8)
    if place.contains("://"), let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") })
    {
        bytes.removeSubrange(end...)
    }
    let last = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
    return place.contains("://") ? percentDecoded(last) : String(decoding: last, as: UTF8.self)
}

/// The text with `%41` replaced by the byte that it stands for (RFC 3986 §2.1).
func percentDecoded(_ bytes: ArraySlice<UInt8>) -> String {
    var decoded: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
            let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
            let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue
        {
            decoded.append(UInt8(high << 4 | low))
            index += 3
        } else {
            decoded.append(bytes[index])
            index += 1
        }
    }
    return String(decoding: decoded, as: UTF8.self)
}
