internal import Cryptography
internal import PythonPackaging

extension RequirementsFile {
    /// One line while it is read.
    struct LineContext {
        let file: String
        /// The file's folder, relative to the first file's.
        let folder: String
        let isConstraints: Bool
        let line: RequirementsLine
        var issues: [RecipesError.Issue] = []

        mutating func report(_ code: RecipesError.Code, _ message: String, column: Int? = nil, advice: String? = nil) {
            var mark = line.mark
            if let column, line.isAsWritten { mark.column += column - 1 }
            issues.append(.init(code, in: file, at: mark, message: message, advice: advice))
        }

        mutating func read(into result: inout RequirementsFile, walk: inout Walk) {
            if let variable = line.exposed {
                return report(
                    .unsupported, "`${\(variable)}` is part of a URL, and URLs are written to locks for others to read",
                    advice: "write the URL itself: variables may be its user and password, which are never written")
            }
            guard let (requirement, options) = line.requirementAndOptions() else {
                return report(.syntax, "has a quote that is not closed")
            }
            if requirement.isEmpty {
                readOptions(options, into: &result, walk: &walk)
            } else if let request = request(requirement, options) {
                if isConstraints {
                    addConstraint(request, to: &result)
                } else {
                    walk.note(request, file: file, line: line.mark.line)
                    result.requests.append(request)
                }
            }
        }

        private mutating func addConstraint(_ request: Recipe.Request, to result: inout RequirementsFile) {
            guard request.requirement.extras.isEmpty else {
                return report(.badValue, "`\(request.requirement)` is a constraint and has extras")
            }
            guard request.hashes.isEmpty else {
                return report(.unsupported, "`\(request.requirement)` is a constraint and has hashes")
            }
            result.constraints.append(request.requirement)
        }

        // MARK: Requirements

        private mutating func request(_ text: String, _ options: [String]) -> Recipe.Request? {
            guard let requirement = requirement(text) else { return nil }
            var hashes: [SHA256Digest] = []
            var others = 0
            var words = Words(options)
            while let option = words.next() {
                switch option.name {
                case "--hash":
                    guard let value = words.value(of: option) else {
                        report(.syntax, "`--hash` has no value")
                        return nil
                    }
                    if let digest = SHA256Digest(prefixed: value) {
                        hashes.append(digest)
                    } else if value.hasPrefix("sha384:") || value.hasPrefix("sha512:") {
                        others += 1
                    } else {
                        report(.badValue, "`\(value)` is no hash", advice: "write sha256: and 64 hexadecimal digits")
                        return nil
                    }
                case "--config-settings", "-C", "--config-setting", "--global-option", "--install-option":
                    report(
                        .unsupported, "`\(option.name)` is for a build, and builds are told nothing",
                        advice: "take it out, or name a wheel that was built with it")
                    return nil
                default:
                    let isOfFiles = Self.flags.contains(option.name) || Self.known.contains(option.name)
                    report(
                        .syntax, "`\(option.name)` is no option of a requirement",
                        advice: isOfFiles ? "write it on a line of its own" : suggestion(option.name, ["--hash"]))
                    return nil
                }
            }
            if hashes.isEmpty, others > 0 {
                report(.unsupported, "`\(requirement)` has no sha256 hash", advice: "make the hashes with sha256")
                return nil
            }
            return Recipe.Request(requirement, hashes: hashes)
        }

        private mutating func requirement(_ text: String) -> Requirement? {
            for scheme in ["hg+", "svn+", "bzr+"] where text.hasPrefix(scheme) || text.contains("@ \(scheme)") {
                report(
                    .unsupported,
                    "`\(withoutCredentials(text))` is a repository of another kind than git",
                    advice: "build a wheel of it, and name the wheel or its folder with --find-links")
                return nil
            }
            if text.hasPrefix("git+") { return repository(text) }
            if isPlace(text) { return file(text) }
            do {
                var requirement = try Requirement(text)
                if let url = requirement.url { requirement.url = joinedPath(folder, url) }
                return requirement
            } catch {
                report(.badValue, error.sentence(about: text), column: error.column, advice: error.advice)
                return nil
            }
        }

        /// Whether the text is a URL or path and not a name.
        private func isPlace(_ text: String) -> Bool {
            let place = text.split(separator: " ").first.map(String.init) ?? text
            if hasScheme(place) || place.hasPrefix(".") || place.hasPrefix("/") || place.hasPrefix("~") { return true }
            let path = String(place.prefix { $0 != "[" && $0 != ";" })
            return [".whl", ".egg", ".tar.gz", ".zip"].contains(where: path.hasSuffix)
        }

        /// A repository named by its URL alone: what pip calls an egg in its fragment tells the project.
        private mutating func repository(_ text: String) -> Requirement? {
            let parts = text.split(separator: ";", maxSplits: 1).map(String.init)
            let place = parts[0].trimmed.split(separator: "#", maxSplits: 1).map(String.init)
            let arguments = place.count > 1 ? place[1].split(separator: "&") : []
            guard let name = arguments.first(where: { $0.hasPrefix("egg=") })?.dropFirst("egg=".count) else {
                report(
                    .unsupported, "`\(withoutCredentials(text))` does not say which project it is",
                    advice: "write `NAME @ \(withoutCredentials(parts[0].trimmed))`")
                return nil
            }
            let rest = arguments.filter { !$0.hasPrefix("egg=") }.joined(separator: "&")
            let marker = parts.count > 1 ? " ; \(parts[1].trimmed)" : ""
            do {
                return try Requirement("\(name) @ \(place[0])\(rest.isEmpty ? "" : "#\(rest)")\(marker)")
            } catch {
                report(.badValue, error.sentence(about: withoutCredentials(text)), advice: error.advice)
                return nil
            }
        }

        /// A file named by its place: its name tells the project.
        private mutating func file(_ text: String) -> Requirement? {
            let parts = text.split(separator: ";", maxSplits: 1).map(String.init)
            var place = parts[0].trimmed
            var extras = ""
            if place.hasSuffix("]"), let open = place.lastIndex(of: "[") {
                extras = String(place[open...])
                place = String(place[..<open])
            }
            let name = fileName(of: place)
            do {
                let project: PackageName
                if name.hasSuffix(".whl") || name.hasSuffix(".egg") {
                    project = try BuiltFilename(name).name
                } else if let source = try? SourceDistributionFilename(name) {
                    project = source.name
                } else {
                    report(
                        .unsupported, "`\(withoutCredentials(place))` does not say which project it is",
                        advice: "write `NAME @ \(withoutCredentials(place))`")
                    return nil
                }
                let marker = parts.count > 1 ? " ; \(parts[1].trimmed)" : ""
                return try Requirement("\(project)\(extras) @ \(joinedPath(folder, place))\(marker)")
            } catch {
                report(.badValue, error.sentence(about: name), advice: error.advice)
                return nil
            }
        }

        // MARK: Options

        private static let flags = ["--no-index", "--pre", "--require-hashes", "--prefer-binary"]
        private static let known = [
            "--requirement", "--constraint", "--editable", "--index-url", "--extra-index-url", "--find-links",
            "--no-binary", "--only-binary", "--trusted-host", "--use-feature",
        ]

        private mutating func readOptions(
            _ options: [String], into result: inout RequirementsFile, walk: inout Walk
        ) {
            var words = Words(options)
            while let option = words.next() {
                if Self.flags.contains(option.name) {
                    guard option.inlineValue == nil else {
                        return report(.syntax, "`\(option.name)` takes no value")
                    }
                    readFlag(option.name, into: &result)
                } else if Self.known.contains(option.name) {
                    guard let value = words.value(of: option) else {
                        return report(.syntax, "`\(option.name)` has no value")
                    }
                    readOption(option.name, value, into: &result, walk: &walk)
                } else {
                    return report(
                        .syntax, "`\(option.name)` is no option of a requirements file",
                        advice: suggestion(option.name, Self.known + Self.flags))
                }
            }
        }

        private func readFlag(_ name: String, into result: inout RequirementsFile) {
            switch name {
            case "--no-index": result.noIndex = true
            case "--pre": result.prereleases = true
            case "--require-hashes": result.requireHashes = true
            // Wheels are all that there is here.
            default: break
            }
        }

        private mutating func readOption(
            _ name: String, _ value: String, into result: inout RequirementsFile, walk: inout Walk
        ) {
            switch name {
            // As in pip, what a constraints file includes with -r are requirements.
            case "--requirement": walk.include(value, isConstraints: false, from: &self, into: &result)
            case "--constraint": walk.include(value, isConstraints: true, from: &self, into: &result)
            case "--index-url": result.indexURL = value
            case "--extra-index-url": result.extraIndexURLs.append(value)
            case "--find-links": result.findLinks.append(joinedPath(folder, value))
            case "--editable":
                report(
                    .unsupported, "`\(withoutCredentials(value))` is editable, and an environment never changes",
                    advice: "write `NAME @ \(withoutCredentials(value))`: it is built as it is now")
            case "--no-binary":
                if value != ":none:" {
                    report(
                        .unsupported,
                        "`--no-binary \(value)` asks for builds where there are wheels, and wheels come first here",
                        advice: "take the option out: what has no wheel is built")
                }
            case "--only-binary": break
            default:
                result.notes.append("\(file):\(line.mark): `\(name) \(value)` is passed over")
            }
        }
    }
}

/// Options of a requirements file, one after another.
private struct Words {
    private var words: ArraySlice<String>

    struct Option {
        var name: String
        var inlineValue: String?
    }

    init(_ words: [String]) { self.words = words[...] }

    private static let short: [Character: String] = [
        "r": "--requirement", "c": "--constraint", "e": "--editable", "i": "--index-url", "f": "--find-links",
        "C": "-C",
    ]

    /// The next option, in its long form, with the value that is part of its word.
    mutating func next() -> Option? {
        guard let word = words.popFirst() else { return nil }
        if word.hasPrefix("--") {
            if let sign = word.firstIndex(of: "=") {
                return Option(name: long(String(word[..<sign])), inlineValue: String(word[word.index(after: sign)...]))
            }
            return Option(name: long(word))
        }
        if word.hasPrefix("-"), let letter = word.dropFirst().first, let name = Self.short[letter] {
            let value = String(word.dropFirst(2))
            return Option(name: name, inlineValue: value.isEmpty ? nil : value)
        }
        return Option(name: word)
    }

    private func long(_ name: String) -> String { name == "--pypi-url" ? "--index-url" : name }

    mutating func value(of option: Option) -> String? { option.inlineValue ?? words.popFirst() }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
