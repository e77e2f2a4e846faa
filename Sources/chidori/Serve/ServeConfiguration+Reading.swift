internal import Diagnostics
internal import Documents
internal import FileSystem
internal import JSONDocument
internal import SystemPackage

extension ServeConfiguration {
    /// What variables begin with that stand over the file's keys: `CHIDORI_SERVE_LIMITS_CONNECTIONS=99`.
    static let variablePrefix = "CHIDORI_SERVE_"
    /// What is read where no other file is named, if it is there.
    static let fileName = "serve.yaml"

    /// The file that `$CHIDORI_SERVE_CONFIG` names, or else the data folder's; `nil` where that is not there.
    static func file(in data: FilePath) -> FilePath? {
        if let named = chidori.variable("CHIDORI_SERVE_CONFIG") { return absolute(named) }
        let standard = data.appending(fileName)
        return standard.isThere ? standard : nil
    }

    /// Reads a file, if there is one, with the variables over it.
    ///
    /// - Throws: every mistake at once.
    init(file: FilePath?, variables: [String: String]) throws {
        var root = SourceNode.mapping([])
        if let file, let node = try YAMLReader.read(try Self.source(file)) { root = node }
        let name = file?.string ?? "the configuration"
        var reading = Reading(file: name)
        reading.homes = { Self.shape.homes }
        Self.lay(variables, over: &root, &reading)
        let model = Self.shape.read(root, &reading)
        if let error = reading.error { throw error }
        self = (model ?? ServeConfiguration()).resolved(from: file?.removingLastComponent())
    }

    private static func source(_ file: FilePath) throws -> SourceText {
        do {
            return SourceText(try file.fileContents(limit: YAMLReader.sizeLimit), name: file.string)
        } catch {
            throw ServeError(
                .configuration, file.string, "cannot be read: \(error)", advice: "name another file with --config",
                cause: error)
        }
    }

    /// `listen` → `CHIDORI_SERVE_LISTEN`, `limits.slowBody` → `CHIDORI_SERVE_LIMITS_SLOW_BODY`.
    static func variable(for path: String) -> String {
        var name = variablePrefix
        for scalar in path.unicodeScalars {
            switch scalar {
            case ".": name += "_"
            case "A"..."Z": name += "_\(scalar)"
            default: name += String(scalar).uppercased()
            }
        }
        return name
    }

    /// Puts what variables say where the file would say it. A variable holds what the file would hold behind the key.
    private static func lay(_ variables: [String: String], over root: inout SourceNode, _ reading: inout Reading) {
        let paths = Dictionary(shape.keys.map { (variable(for: $0), $0) }) { first, _ in first }
        for (name, text) in variables.sorted(by: { $0.key < $1.key }) where name.hasPrefix(variablePrefix) {
            guard let path = paths[name] else {
                if name == variablePrefix + "CONFIG" { continue }
                reading.report(
                    .unknownKey, at: SourceMark(line: 0, column: 0), "the variable \(name) stands for no key",
                    advice: suggestion(name, Array(paths.keys)))
                continue
            }
            do {
                guard let value = try YAMLReader.read(SourceText(text, name: name)) else { continue }
                put(withoutMarks(value), at: path.split(separator: ".").map(String.init)[...], into: &root)
            } catch {
                reading.report(
                    .syntax, at: SourceMark(line: 0, column: 0), "the variable \(name) cannot be read: \(error.message)"
                )
            }
        }
    }

    private static func put(_ value: SourceNode, at path: ArraySlice<String>, into node: inout SourceNode) {
        guard let key = path.first else {
            node = value
            return
        }
        var entries: [SourceNode.Entry] = if case .mapping(let entries) = node.content { entries } else { [] }
        let index = entries.firstIndex { $0.key == key } ?? entries.count
        if index == entries.count { entries.append(SourceNode.Entry(key, .mapping([]))) }
        put(value, at: path.dropFirst(), into: &entries[index].value)
        node.content = .mapping(entries)
    }

    /// Places in a variable's text say nothing about the file.
    private static func withoutMarks(_ node: SourceNode) -> SourceNode {
        let content: SourceNode.Content =
            switch node.content {
            case .scalar: node.content
            case .sequence(let items): .sequence(items.map(withoutMarks))
            case .mapping(let entries): .mapping(entries.map { SourceNode.Entry($0.key, withoutMarks($0.value)) })
            }
        return SourceNode(content)
    }

    /// With paths as they are meant: from the file's folder, or else the current one.
    private func resolved(from folder: FilePath?) -> ServeConfiguration {
        func path(_ text: String) -> String {
            let path = FilePath(text)
            guard path.isRelative, let folder else { return absolute(text).string }
            return absolute(folder.pushing(path).string).string
        }
        var resolved = self
        resolved.recipes = recipes.map(path)
        resolved.drivers.volumes = drivers.volumes.mapValues(path)
        resolved.drivers.credentials = drivers.credentials.mapValues(path)
        resolved.builds.deliveries.volumes = builds.deliveries.volumes.mapValues(path)
        resolved.builds.deliveries.credentials = builds.deliveries.credentials.map(path)
        resolved.tls = tls.map { TLS(certificate: path($0.certificate), key: path($0.key)) }
        resolved.backup?.folder = backup.map { path($0.folder) } ?? ""
        resolved.backup?.key = backup?.key.map(path)
        return resolved
    }

    /// JSON Schema of the file, for editors.
    static var schema: JSON {
        .object(
            [
                .init("$schema", "http://json-schema.org/draft-07/schema#"),
                .init("title", "Configuration of `chidori serve`"),
            ] + shape.schema)
    }
}

typealias ServeError = Failure<ServeErrorCode>

enum ServeErrorCode: FailureCode {
    /// The configuration cannot be read, or says what cannot be.
    case configuration

    var category: DiagnosticCategory { .badInput }
}
