internal import FoundationEssentials
public import SystemPackage

/// Where Debian packages come from: what the machine's own `sources.list` files say about some suites.
///
/// Both forms are read, the one-line form and the paragraphs of `.sources` files (`sources.list(5)`); everything they say
/// about keys, mirrors and options is handed to apt as it is.
public struct AptSources: Sendable, Equatable {
    /// Lines of the one-line form that serve a wanted suite, cut down to the wanted components.
    var lines: [String]
    /// Paragraphs that do.
    var stanzas: [ControlStanza]

    /// The sources that serve any of the suites.
    ///
    /// They are read from the file or folder that the variable `CHIDORI_APT_SOURCES` names, or else from `/etc/apt`: so a
    /// machine of another distribution can name a mirror that has the suites.
    /// - Throws: ``BaseError/Code/noSources`` if there are none.
    public static func machine(
        suites: [String], components: [String], override: FilePath? = nil
    ) throws -> AptSources {
        let given = override ?? ProcessInfo.processInfo.environment["CHIDORI_APT_SOURCES"].map { FilePath($0) }
        let files = try given.map { try sourceFiles(at: $0) } ?? machineFiles()
        var sources = AptSources(lines: [], stanzas: [])
        for file in files {
            guard let text = try? String(contentsOfFile: file.string, encoding: .utf8) else { continue }
            if file.extension == "sources" {
                sources.stanzas += paragraphs(in: text, suites: suites, components: components)
            } else {
                sources.lines += lines(in: text, suites: suites, components: components)
            }
        }
        guard !sources.lines.isEmpty || !sources.stanzas.isEmpty else {
            throw BaseError(
                .noSources, suites.joined(separator: ", "),
                "is in none of this machine's package sources (\(given?.string ?? "/etc/apt/sources.list*"))",
                advice:
                    "name a file of sources that serve it in CHIDORI_APT_SOURCES, or use an image as the base: oci:FOLDER:TAG"
            )
        }
        return sources
    }

    static func lines(in text: String, suites: [String], components: [String]) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let bare = line.prefix { $0 != "#" }
            var words = bare.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.first == "deb" else { return nil }
            words.removeFirst()
            var options: [String] = []
            if words.first?.hasPrefix("[") == true {
                while let word = words.first {
                    options.append(word)
                    words.removeFirst()
                    if word.hasSuffix("]") { break }
                }
            }
            guard words.count >= 2, suites.contains(words[1]) else { return nil }
            let kept = words.dropFirst(2).filter(components.contains)
            // A suite that ends in a slash is a flat repository, without components.
            guard !kept.isEmpty || words[1].hasSuffix("/") else { return nil }
            return (["deb"] + options + words.prefix(2) + kept).joined(separator: " ")
        }
    }

    static func paragraphs(in text: String, suites: [String], components: [String]) -> [ControlStanza] {
        ControlStanza.parse(text).compactMap { stanza in
            let served = stanza.words("Suites").filter(suites.contains)
            let kept = stanza.words("Components").filter(components.contains)
            let enabled = !["no", "false", "0", "off", "without"].contains(stanza["Enabled"]?.lowercased() ?? "yes")
            guard enabled, stanza.words("Types").contains("deb"), !served.isEmpty else { return nil }
            guard !kept.isEmpty || served.allSatisfy({ $0.hasSuffix("/") }) else { return nil }
            var stanza = stanza
            stanza.set("Types", "deb")
            stanza.set("Suites", served.joined(separator: " "))
            if !kept.isEmpty { stanza.set("Components", kept.joined(separator: " ")) }
            return stanza
        }
    }

    private static func machineFiles() throws -> [FilePath] {
        let folder = try sourceFiles(at: "/etc/apt/sources.list.d")
        return ["/etc/apt/sources.list"] + folder
    }

    private static func sourceFiles(at path: FilePath) throws -> [FilePath] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) else { return [] }
        guard isFolder else { return [path] }
        let names = try FileManager.default.contentsOfDirectory(atPath: path.string)
        return names.filter { $0.hasSuffix(".list") || $0.hasSuffix(".sources") }.sorted().map { path.appending($0) }
    }
}
