internal import Cryptography
internal import Recipes

extension BaseLock {
    /// The lock as text: always the same for equal locks, one package a line.
    public var toml: String {
        var out = "# Made by Chidori from \(name).yaml. Every file of this base image; do not edit.\n"
        out += "lock-version = \(Self.format)\n"
        out += "name = \(quoted(name))\n"
        out += "suites = \(quoted(suites))\n"
        out += "components = \(quoted(components))\n"
        out += "python = \(quoted(python))\n"
        out += "exclude = \(quoted(exclude))\n"
        out += "include = \(quoted(include))\n"
        out += "\n[environment]\n" + table(environment)
        out += "\n[labels]\n" + table(labels)
        for part in parts {
            out += "\n[[parts]]\narchitecture = \(quoted(part.architecture.rawValue))\nepoch = \(part.epoch)\n"
            out += "packages = [\n"
            for package in part.packages {
                out += "    { name = \(quoted(package.name)), version = \(quoted(package.version))"
                out += ", architecture = \(quoted(package.architecture)), file = \(quoted(package.file))"
                out += ", size = \(package.size), sha256 = \(quoted(package.digest.hex)) },\n"
            }
            out += "]\n"
        }
        return out
    }

    /// Reads a lock.
    ///
    /// - Throws: ``BaseError/Code/malformed``.
    public init(toml: String, file: String) throws {
        let reader = try NodeReader.document(file: file) { try TOMLReader.read(SourceText(toml, name: file)) }
        let format = try reader.number("lock-version")
        guard format == Self.format else {
            throw BaseError(
                .malformed, file, "has the lock version \(format), and this program knows \(Self.format)",
                advice: "lock the base again, or use the version of Chidori that made it")
        }
        name = try reader.text("name")
        suites = try reader.texts("suites")
        components = try reader.texts("components")
        python = try reader.text("python")
        exclude = try reader.texts("exclude")
        include = try reader.texts("include")
        environment = try reader.pairs("environment")
        labels = try reader.pairs("labels")
        func held(_ word: String, to form: (String) -> Bool, _ what: String) throws -> String {
            guard form(word) else {
                throw BaseError(
                    .malformed, file, "has '\(word)', which is no \(what)",
                    advice: "lock the base again with `chidori base lock`; a lock is never written by hand")
            }
            return word
        }
        for word in suites + components { _ = try held(word, to: PlainWord.isPlain, "name of Debian's") }
        _ = try held(python, to: { $0.hasPrefix("/") && PlainWord.isPlain($0) }, "absolute path of an interpreter")
        parts = try reader.mappings("parts").map { part in
            let architecture = try part.text("architecture")
            guard let known = DebianArchitecture(rawValue: architecture) else {
                throw BaseError(.malformed, file, "names an unknown architecture '\(architecture)'")
            }
            let packages = try part.mappings("packages").map { package in
                let hash = try package.text("sha256")
                guard let digest = SHA256Digest(hex: hash), let size = UInt64(exactly: try package.number("size"))
                else {
                    throw BaseError(.malformed, file, "has a package with a wrong size or SHA-256: \(hash)")
                }
                return DebianPackage(
                    name: try held(package.text("name"), to: PlainWord.isPlain, "package's name"),
                    version: try held(package.text("version"), to: PlainWord.isVersion, "version"),
                    architecture: try held(package.text("architecture"), to: PlainWord.isPlain, "architecture"),
                    file: try held(package.text("file"), to: PlainWord.isFileName, "file's name"), size: size,
                    digest: digest)
            }
            return Part(architecture: known, epoch: try part.number("epoch"), packages: packages)
        }
    }
}

private func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case _ where scalar.value < 0x20 || scalar.value == 0x7f:
            let hex = String(scalar.value, radix: 16, uppercase: true)
            out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out + "\""
}

private func quoted(_ texts: [String]) -> String {
    let line = "[" + texts.map(quoted).joined(separator: ", ") + "]"
    return line.count <= 100 ? line : "[\n" + texts.map { "    \(quoted($0)),\n" }.joined() + "]"
}

private func table(_ entries: [String: String]) -> String {
    entries.sorted { $0.key < $1.key }.map { "\(quoted($0.key)) = \(quoted($0.value))\n" }.joined()
}
