internal import Cryptography

/// All that the store knows of an environment, as a blob: from these the index can be made again.
///
/// A text of `word value` lines, then the builder's manifest as it was given:
/// ```
/// chidori environment 1
/// id 9f86…
/// name spark-ml
/// …
/// blob 2c26…
/// package 5994…+none
/// manifest 1234
/// {…}
/// ```
struct EnvironmentDocument: Equatable {
    static let header = "chidori environment 1\n"

    var environment: StoredEnvironment
    /// What the environment needs, without repetition, in a fixed order.
    let contents: [StoreContent]
    /// The builder's own description, opaque to the store.
    var manifest: [UInt8]

    init(_ environment: StoredEnvironment, contents: some Sequence<StoreContent>, manifest: [UInt8]) {
        self.environment = environment
        self.contents = contents.inOrder()
        self.manifest = manifest
    }

    /// The lines that list contents, which are in order.
    static func lines(_ contents: [StoreContent]) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(contents.count * 80)
        for content in contents {
            let (kind, name) = content.words
            lines += kind.utf8
            lines.append(UInt8(ascii: " "))
            lines += name.utf8
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    /// The inverse of `lines(_:)`; `nil` if a line is not understood.
    static func contents(lines: [UInt8]) -> [StoreContent]? {
        var contents: [StoreContent] = []
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            guard let (word, value) = split(line), let content = StoreContent(kind: word, name: value)
            else { return nil }
            contents.append(content)
        }
        return contents
    }

    var bytes: [UInt8] {
        let head = """
            \(Self.header)id \(environment.id.hex)
            name \(PlainName.escaped(environment.name))
            version \(PlainName.escaped(environment.version))
            python \(PlainName.escaped(environment.python))
            platform \(PlainName.escaped(environment.platform))
            lock \(environment.lock.hex)
            created \(environment.created)

            """
        return Array(head.utf8) + Self.lines(contents) + Array("manifest \(manifest.count)\n".utf8) + manifest
    }

    /// The document in some blob's bytes; `nil` if they hold none.
    init?(bytes: [UInt8]) {
        guard bytes.starts(with: Self.header.utf8) else { return nil }
        var rest = bytes[Self.header.utf8.count...]
        var facts: [String: String] = [:]
        var contents: [StoreContent] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard let (word, value) = Self.split(rest[..<end]) else { return nil }
            rest = rest[(end + 1)...]
            if word == "manifest" {
                guard Int(value) == rest.count else { return nil }
                facts[word] = value
                break
            }
            if let content = StoreContent(kind: word, name: value) {
                contents.append(content)
            } else {
                facts[word] = value
            }
        }
        func text(_ word: String) -> String? { facts[word].flatMap { PlainName.unescaped($0) } }
        guard facts["manifest"] != nil, let id = facts["id"].flatMap({ SHA256Digest(hex: $0) }),
            let name = text("name"), let version = text("version"), let python = text("python"),
            let platform = text("platform"), let lock = facts["lock"].flatMap({ SHA256Digest(hex: $0) }),
            let created = facts["created"].flatMap({ Int64($0) })
        else { return nil }
        self.init(
            StoredEnvironment(
                id: id, name: name, version: version, python: python, platform: platform, lock: lock, created: created),
            contents: contents, manifest: Array(rest))
    }

    private static func split(_ line: ArraySlice<UInt8>) -> (word: String, value: String)? {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        return (
            String(decoding: line[..<space], as: UTF8.self), String(decoding: line[(space + 1)...], as: UTF8.self)
        )
    }
}
