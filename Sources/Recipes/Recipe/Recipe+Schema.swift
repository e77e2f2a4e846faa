internal import PythonPackaging

extension Recipe {
    /// The keys of a recipe, from which recipes are read, mistakes told, locks written and editors helped.
    public static let shape = Shape(
        "A recipe: the packages of an environment, what they are for, and what is made of them.",
        initial: Recipe(name: "", python: Python(version: PythonVersion(3, 11))),
        fields: [
            Field(
                "name", \.name, .recipeName, required: true, examples: ["tensorflow"],
                "Names the environment, its lock and its image."),
            Field("version", \.version, .text, examples: ["1.0"], "The recipe's own version."),
            Field("description", \.description, .text, synonyms: ["summary"], "What the environment is for."),
            Field("python", \.python, Python.shape.codec, required: true, "The Python version and packages."),
            Field(
                "jars", \.jars, .short(.jarPackages, or: Jars.shape.codec) { $0 == Jars(packages: $0.packages) },
                synonyms: ["maven", "jvm", "java"], "The jars of the class path: a list, or a mapping."),
            Field(
                "platforms", \.platforms, .list(of: .platform), isAlwaysWritten: true,
                synonyms: ["architectures", "targets"],
                examples: ["[linux-x86_64-glibc2.36, linux-aarch64-glibc2.36]"],
                "The platforms to make the environment for; each is resolved for itself. The machine at hand counts for nothing."
            ),
            Field(
                alternative: "platform", \.platforms, Codec.platform.map({ [$0] }, { $0[0] }),
                examples: ["linux-x86_64-glibc2.36", "linux-aarch64-musl1.2"],
                "The one platform to make the environment for: its processor, and the level of its C library."),
            Field(
                "base", \.base, .text, synonyms: ["from", "image-base"], examples: ["debian12-python3.11"],
                "What images stand on: a name of base-images/, an OCI layout (oci:DIR:TAG) or an image at a registry (docker://HOST/NAME:TAG)."
            ),
            Field(
                "environment", \.environment, .texts(check: checkVariable),
                synonyms: ["env", "variables"],
                "Variables of the processes in the environment. They are part of its id, and no place for secrets."),
            Field(
                "bytecode", \.bytecode, .flag,
                "Whether compiled bytecode is delivered beside the packages, so that read-only trees import fast."),
            Field(
                "tests", \.tests, .list(of: .test), synonyms: ["test", "checks"],
                "What must pass in the environment: lines for the shell, imports, Python programs or commands."),
            Field(
                "budget", \.budget, .short(.imageBudget, or: Budget.shape.codec) { $0.environment == nil },
                examples: ["800 MB"], "The room that the image, or the unpacked environment, may take."),
            Field(
                "check", \.check, Check.shape.codec, synonyms: ["preflight", "conflicts"],
                "What of `chidori env check`'s findings is known and accepted."),
            Field(
                "audit", \.audit, Audit.shape.codec, synonyms: ["vulnerabilities", "security", "cves"],
                "Which known vulnerabilities are not let through."),
            Field("image", \.image, Image.shape.codec, synonyms: ["images", "container"], "How images are made."),
            .reserved(
                "eggs", "eggs are packages: name them in `python.packages`, or their folder in `python.find-links`"),
        ]
    ) { _, entries, mark, reading in
        if let one = entries.first(where: { $0.key == "platform" }), entries.contains(where: { $0.key == "platforms" })
        {
            reading.report(
                .conflict, at: one.keyMark, "`platform` and `platforms` cannot both stand", advice: "keep one")
        }
        if let list = entries.first(where: { $0.key == "platforms" }),
            case .sequence(let items) = list.value.content, items.isEmpty
        {
            reading.report(.badValue, at: list.value.mark, "`platforms` has no platform")
        }
    }
}

extension Recipe.Python {
    static let shape = Shape(
        "The Python version and packages of an environment.", initial: Recipe.Python(version: PythonVersion(3, 11)),
        fields: [
            Field(
                "version", \.version, .pythonVersion, required: true,
                synonyms: ["requires-python", "python-version"], examples: ["3.11"],
                "The version of CPython: X.Y, or X.Y.Z where markers must see the patch level."),
            Field(
                "packages", \.packages, .list(of: .request),
                synonyms: ["dependencies", "requirements", "install", "pip", "wheels"],
                examples: ["[tensorflow-cpu~=2.19, 'pandas[parquet]>=2']"],
                "What is asked for (PEP 508)."),
            Field(
                "constraints", \.constraints, .list(of: .constraint), synonyms: ["constraint"],
                examples: ["[numpy<2.3]"],
                "Versions that packages must have if anything asks for them; they ask for nothing themselves."),
            Field(
                "overrides", \.overrides, .list(of: .requirement), synonyms: ["override"],
                "Requirements that stand in place of whatever anybody says about these packages."),
            Field(
                "indexes", \.indexes, .list(of: Recipe.Index.shape.codec),
                synonyms: ["index", "index-url", "extra-index-url", "extra-index-urls", "indices"],
                "Package indexes that are asked before the machine's default one, in this order; the first that has a package gives it."
            ),
            Field(
                "default-index", \.usesDefaultIndex, .flag, synonyms: ["no-index"],
                "Whether the machine's default index is asked, after `indexes`."),
            Field(
                "find-links", \.findLinks, .list(of: .text), synonyms: ["find_links", "links"],
                examples: ["[./wheels]"],
                "Folders, pages and files with further distributions: URLs, or paths relative to the recipe."),
            Field(
                "prereleases", \.prereleases, .word, synonyms: ["pre", "prerelease", "pre-releases"],
                "When releases before the final one are taken; `if-necessary` where no final one satisfies."),
            Field(
                "require-hashes", \.requireHashes, .flag, synonyms: ["require_hashes", "hashes"],
                "Whether every file must be one whose hash stands beside a package, dependencies too (pip's hash-checking mode)."
            ),
            Field(
                "sdists", \.sourceDistributions, .word, synonyms: ["source-distributions", "build", "no-binary"],
                "Which packages without a wheel may be built from their source distributions, which runs their code: "
                    + "`listed` means those that `packages` names."),
            Field(
                "build-constraints", \.buildConstraints, .list(of: .constraint), synonyms: ["build-constraint"],
                examples: ["[setuptools<80]"],
                "Versions that the tools must have which source distributions are built with."),
        ]
    ) { python, entries, mark, reading in
        checkHashes(python, entries, &reading)
        checkIndexes(python, entries, &reading)
    }

    /// Hash-checking mode: every request has hashes, or none has.
    private static func checkHashes(
        _ python: Recipe.Python, _ entries: [SourceNode.Entry], _ reading: inout Reading
    ) {
        guard python.hashesAreRequired, let list = entries.first(where: { $0.key == "packages" }),
            case .sequence(let items) = list.value.content, items.count == python.packages.count
        else { return }
        for (request, item) in zip(python.packages, items) where request.hashes.isEmpty {
            reading.report(
                .missingKey, at: item.mark, "`\(request.requirement.name)` has no hashes, and others have or must",
                advice: "write `requirement:` and `hashes: [sha256:…]`, or leave out "
                    + (python.requireHashes ? "`require-hashes`" : "all hashes"))
        }
    }

    private static func checkIndexes(
        _ python: Recipe.Python, _ entries: [SourceNode.Entry], _ reading: inout Reading
    ) {
        guard let list = entries.first(where: { $0.key == "indexes" }) else { return }
        if python.indexes.filter(\.isDefault).count > 1 {
            reading.report(.conflict, at: list.keyMark, "more than one index is `default`", advice: "keep one")
        }
        var owners: Set<PackageName> = []
        for index in python.indexes {
            for package in index.packages where !owners.insert(package).inserted {
                reading.report(.conflict, at: list.keyMark, "`\(package)` is pinned to two indexes")
            }
        }
    }
}

extension Recipe.Index {
    static let shape = Shape(
        "A package index.", initial: Recipe.Index(url: ""),
        fields: [
            Field(
                "name", \.name, .text,
                "What messages call the index, and CHIDORI_INDEX_NAME_USERNAME and _PASSWORD, which hold its credentials, with "
                    + "CHIDORI_INDEX_NAME_URL, which says whose they are."
            ),
            Field(
                "url", \.url, .indexURL, required: true, synonyms: ["href", "uri"],
                examples: ["https://wheels.example.org/simple/"],
                "The index's root (PEP 503). Credentials are better kept elsewhere; they are never written to a lock."),
            Field(
                "packages", \.packages, .list(of: .packageName), synonyms: ["only", "pins"],
                "Packages that come from here and nowhere else; the index then serves no others."),
            Field(
                "default", \.isDefault, .flag, "Whether the index takes the place of the machine's default one."),
        ])
}

extension Recipe.Image {
    static let shape = Shape(
        "How images are made.", initial: Recipe.Image(),
        fields: [
            Field(
                "layers", \.layers, .integer(2...127), synonyms: ["layer-limit", "max-layers"],
                "The most layers of an image, the base's counted."),
            Field("compression", \.compression, .word, "How layers are compressed."),
            Field(
                "labels", \.labels, .texts(check: checkLabel),
                "Labels beside those of org.opencontainers.image that every image gets."),
        ])

    private static func checkLabel(_ name: String) -> BadName? { name.isEmpty ? BadName("a label has no name") : nil }
}

extension Recipe.Budget {
    static let shape = Shape(
        "The room that may be taken.", initial: Recipe.Budget(),
        fields: [
            Field(
                "image", \.image, .byteCount, examples: ["800 MB"],
                "The size of the image's own layers as they are pushed, without the base's."),
            Field("environment", \.environment, .byteCount, "The size of the environment's files, unpacked."),
        ])
}

private func checkVariable(_ name: String) -> BadName? {
    let bytes = Array(name.utf8)
    let isWord = bytes.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }
    guard isWord, let first = bytes.first, !(0x30...0x39).contains(first) else {
        return BadName(
            "is no name of a variable", advice: "use letters, digits and `_`, the first not a digit")
    }
    return nil
}
