internal import Diagnostics
internal import Documents
internal import FileSystem
internal import JobModel
internal import SystemPackage

/// A request put together from a file, options and words: what stands later in that order wins.
struct RequestFile {
    private var entries: [SourceNode.Entry] = []
    private var name = OptionNames.place
    private var names = OptionNames()

    /// - Parameter path: YAML or JSON, as `POST /api/v1/jobs` takes it.
    init(_ path: String?) throws {
        guard let path else { return }
        let file = absolute(path)
        let source = SourceText(try Self.text(of: file).utf8, name: path)
        guard let root = try YAMLReader.read(source), case .mapping(let entries) = root.content else {
            throw JobCommandError(.request, path, "holds no request", advice: "begin it with `file: PROGRAM.py`")
        }
        name = path
        self.entries = entries.map { Self.located($0, file.removingLastComponent()) }
    }

    static func text(of path: FilePath) throws -> String {
        do {
            return String(decoding: try path.fileContents(limit: YAMLReader.sizeLimit), as: UTF8.self)
        } catch {
            throw JobCommandError(
                .request, path.string, "cannot be read: \(error)", advice: "check the path", cause: error)
        }
    }

    mutating func put(_ options: OptionDocument) {
        names.add(options.names)
        for entry in options.entries {
            let entry = Self.located(entry, currentFolder())
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index] = Self.merged(entries[index], entry)
            } else {
                entries.append(entry)
            }
        }
    }

    /// Takes out what says otherwise what runs.
    mutating func remove(_ keys: Set<String>) { entries.removeAll { keys.contains($0.key) } }

    /// - Throws: every mistake at once.
    func request() throws -> JobRequest {
        do {
            return try JobRequest.shape.value(of: .mapping(entries), in: name)
        } catch {
            throw names.told(error)
        }
    }

    /// Labels and the like are added one by one; everything else is replaced.
    private static func merged(_ old: SourceNode.Entry, _ new: SourceNode.Entry) -> SourceNode.Entry {
        guard ["labels", "conf", "variables", "accelerators", "retry"].contains(new.key),
            case .mapping(let before) = old.value.content, case .mapping(let added) = new.value.content
        else { return new }
        let kept = before.filter { entry in !added.contains { $0.key == entry.key } }
        return .init(new.key, .mapping(kept + added))
    }

    /// Paths of this machine that are there are made whole: a driver runs in a folder of its own.
    private static func located(_ entry: SourceNode.Entry, _ folder: FilePath) -> SourceNode.Entry {
        var entry = entry
        if entry.key == "groups", case .sequence(let groups) = entry.value.content {
            entry.value.content = .sequence(
                groups.map { group in
                    guard case .mapping(let entries) = group.content else { return group }
                    return SourceNode(.mapping(entries.map { located($0, folder) }), at: group.mark)
                })
        }
        guard ["file", "pyFiles", "jars", "files", "archives"].contains(entry.key) else { return entry }
        switch entry.value.content {
        case .scalar(let text, let kind):
            entry.value.content = .scalar(whole(text, folder), kind)
        case .sequence(let items):
            entry.value.content = .sequence(
                items.map { item in
                    guard case .scalar(let text, let kind) = item.content else { return item }
                    return SourceNode(.scalar(whole(text, folder), kind), at: item.mark)
                })
        case .mapping: break
        }
        return entry
    }

    private static func whole(_ text: String, _ folder: FilePath) -> String {
        // What Spark puts behind a `#` is the name in the executor's folder.
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.contains("://"), let first = parts.first, FilePath(String(first)).isRelative else { return text }
        let path = folder.pushing(FilePath(String(first))).lexicallyNormalized()
        guard path.isThere else { return text }
        return path.string + (parts.count > 1 ? "#\(parts[1])" : "")
    }
}
