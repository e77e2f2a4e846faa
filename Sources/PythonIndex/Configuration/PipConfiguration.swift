internal import Diagnostics
internal import SystemPackage

/// What pip on this machine is told about indexes, by its files and variables (pip's documentation, "Configuration").
///
/// Files, the later overriding the earlier: the system's, the user's, the virtual environment's, `PIP_CONFIG_FILE`'s;
/// then variables. In each file `[install]` overrides `[global]`.
struct PipConfiguration {
    private(set) var indexURL: String?
    private(set) var extraIndexURLs: [String] = []
    private(set) var findLinks: [String] = []
    private(set) var hasNoIndex = false
    /// A file of certificates to trust.
    private(set) var certificates: String?
    private(set) var proxy: String?
    /// Seconds, and how often a failed request is made again, as written.
    private(set) var timeout: String?
    private(set) var retries: String?

    init(environment: [String: String]) throws {
        for path in Self.files(environment) {
            guard let text = LocalFolder.text(of: path) else { continue }
            let file = try PipConfigurationFile(text, path)
            for section in ["global", "install"] { take { file[section, $0] } }
        }
        take { key in
            environment["PIP_" + key.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()]
                .flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    private mutating func take(_ value: (String) -> String?) {
        func list(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }
        if let text = value("index-url") { indexURL = text.filter { !$0.isWhitespace } }
        if let text = value("extra-index-url") { extraIndexURLs = list(text) }
        if let text = value("find-links") { findLinks = list(text) }
        if let text = value("cert") { certificates = text }
        if let text = value("proxy") { proxy = text }
        if let text = value("timeout") ?? value("default-timeout") { timeout = text }
        if let text = value("retries") { retries = text }
        if let text = value("no-index") {
            hasNoIndex = ["1", "true", "yes", "on", "y", "t"].contains(text.lowercased())
        }
    }

    /// The files that pip reads, in the order in which it reads them.
    static func files(_ environment: [String: String]) -> [FilePath] {
        func given(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        let own = given("PIP_CONFIG_FILE")
        // pip's way of saying "no file at all".
        if own == "/dev/null" { return [] }
        var files: [FilePath] = []
        let shared = environment["XDG_CONFIG_DIRS"].flatMap { $0.isEmpty ? nil : $0 } ?? "/etc/xdg"
        files += shared.split(separator: ":").map { FilePath(String($0)).appending("pip/pip.conf") }
        files.append("/etc/pip.conf")
        if own.map({ !LocalFolder.exists($0) }) ?? true, let home = given("HOME") {
            files.append(home.appending(".pip/pip.conf"))
            files.append((given("XDG_CONFIG_HOME") ?? home.appending(".config")).appending("pip/pip.conf"))
        }
        if let prefix = given("VIRTUAL_ENV") { files.append(prefix.appending("pip.conf")) }
        if let own { files.append(own) }
        return files
    }
}

/// A file as Python's `configparser` reads it: sections, `key = value` or `key: value`, values that go on in indented
/// lines, comments in lines of their own.
struct PipConfigurationFile {
    private var values: [String: [String: String]] = [:]

    init(_ text: String, _ path: FilePath) throws {
        var section: String?
        var key: String?
        var number = 0
        for line in text.textLines {
            number += 1
            let content = Self.trimmed(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if let first = line.first, first == " " || first == "\t", let section, let key {
                values[section, default: [:]][key, default: ""] += "\n" + content
                continue
            }
            if content.hasPrefix("["), content.hasSuffix("]") {
                section = String(content.dropFirst().dropLast())
                key = nil
                continue
            }
            guard let section, let mark = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                throw PythonIndexError(
                    .badConfiguration, path.string, "has a line that pip would not understand (line \(number))",
                    advice: "correct it, or name the index with --index-url")
            }
            let name = Self.trimmed(content[..<mark]).lowercased().map { $0 == "_" ? "-" : String($0) }.joined()
            key = name
            values[section, default: [:]][name] = String(Self.trimmed(content[content.index(after: mark)...]))
        }
    }

    subscript(_ section: String, _ key: String) -> String? {
        values[section]?[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? ""
    }
}
