internal import Cryptography
internal import PythonPackaging

extension Lock {
    /// The lock as text: the same for equal locks, a file a line, with PEP 751's keys in PEP 751's order.
    ///
    /// Places on the default index are left out, and credentials wherever they are.
    public var toml: String {
        var writer = TOMLWriter()
        writeHead(&writer)
        let severalVersions = namesWithSeveralVersions
        for package in packages.sorted(by: Package.areInOrder) {
            writer.header(["packages"], isArrayItem: true)
            package.write(&writer, severalVersions: severalVersions)
            package.writeTool(&writer)
        }
        writeTool(&writer)
        return writer.text
    }

    func writeHead(_ writer: inout TOMLWriter) {
        writer.pair("lock-version", "1.0")
        if !environments.isEmpty {
            writer.pair("environments", .sequence(environments.map { .text($0.description) }))
        }
        if !requiresPython.isEmpty { writer.pair("requires-python", requiresPython.description) }
        for (key, names) in [
            ("extras", extras), ("dependency-groups", dependencyGroups), ("default-groups", defaultGroups),
        ] where !names.isEmpty {
            writer.pair(key, .sequence(names.map { .text($0.description) }))
        }
        writer.pair("created-by", createdBy.isEmpty ? "chidori" : createdBy)
    }

    private func writeTool(_ writer: inout TOMLWriter) {
        writer.table(otherTools, path: ["tool"])
        guard let recipe else { return }
        writer.header(["tool", "chidori"])
        writer.pair("format", .integer(Lock.format))
        writer.pair("recipe-digest", recipe.digest.prefixed)
        if let recipeFolder { writer.pair("recipe-folder", recipeFolder) }
        for jar in jars {
            writer.header(["tool", "chidori", "jars"], isArrayItem: true)
            for entry in jar.node { writer.pair(entry.key, entry.value) }
        }
        writer.header(["tool", "chidori", "recipe"])
        writer.table(Recipe.shape.write(recipe), path: ["tool", "chidori", "recipe"])
    }

    var namesWithSeveralVersions: Set<PackageName> {
        var seen: Set<PackageName> = []
        return Set(packages.map(\.name).filter { !seen.insert($0).inserted })
    }
}

extension Lock.Package {
    /// By name, version, then marker.
    static func areInOrder(_ left: Self, _ right: Self) -> Bool {
        if left.name != right.name { return left.name < right.name }
        if let first = left.version, let second = right.version, first != second { return first < second }
        return (left.marker?.description ?? "") < (right.marker?.description ?? "")
    }

    func write(_ writer: inout TOMLWriter, severalVersions: Set<PackageName>) {
        writer.pair("name", name.description)
        if let version { writer.pair("version", version.description) }
        if let marker { writer.pair("marker", marker.description) }
        if !requiresPython.isEmpty { writer.pair("requires-python", requiresPython.description) }
        if !dependencies.isEmpty {
            writer.pair(
                "dependencies",
                .sequence(
                    Set(dependencies).sorted().map { dependency in
                        var entries = [SourceNode.Entry("name", .text(dependency.name.description))]
                        if let version = dependency.version, severalVersions.contains(dependency.name) {
                            entries.append(.init("version", .text(version.description)))
                        }
                        return .mapping(entries)
                    }))
        }
        if let index { writer.pair("index", withoutCredentials(index)) }
        if let tree { writer.pair(tree.key, tree.node) }
        if let sourceDistribution { writer.pair("sdist", sourceDistribution.node) }
        if !wheels.isEmpty {
            writer.pair(
                "wheels",
                .sequence(wheels.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.node)))
        }
    }

    fileprivate func writeTool(_ writer: inout TOMLWriter) {
        let path = ["packages", "tool", "chidori"]
        if !(eggs.isEmpty && extras.isEmpty && platforms.isEmpty && reasons.isEmpty && buildRequirements == nil) {
            writer.header(path)
        }
        if !eggs.isEmpty {
            writer.pair(
                "eggs", .sequence(eggs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.node)))
        }
        if case .folder(_, let content?) = tree?.kind { writer.pair("content", content.prefixed) }
        if !extras.isEmpty { writer.pair("extras", .sequence(Set(extras).sorted().map { .text($0.description) })) }
        if !platforms.isEmpty {
            writer.pair("platforms", .sequence(platforms.map(\.description).sorted().map { .text($0) }))
        }
        if let buildRequirements { writer.pair("build-requires", .sequence(buildRequirements.map(\.node))) }
        if !reasons.isEmpty { writer.pair("required-by", .sequence(Set(reasons).sorted().map(\.node))) }
        writer.table(otherTools, path: ["packages", "tool"])
    }
}

extension Lock.File {
    /// The file as an inline table, with PEP 751's keys in PEP 751's order.
    var node: SourceNode {
        var entries = [SourceNode.Entry("name", .text(name))]
        if let uploadTime { entries.append(.init("upload-time", Codec<UploadTime>.uploadTime.write(uploadTime))) }
        if let url { entries.append(.init("url", .text(withoutCredentials(url)))) }
        if let path { entries.append(.init("path", .text(path))) }
        if let size { entries.append(.init("size", .integer(size))) }
        let hashes = otherHashes.merging(["sha256": sha256.hex]) { _, own in own }
        entries.append(
            .init("hashes", .mapping(hashes.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) })))
        return .mapping(entries)
    }
}

extension Lock.SourceTree {
    fileprivate var key: String { if case .repository = kind { "vcs" } else { "directory" } }

    fileprivate var node: SourceNode {
        var entries: [SourceNode.Entry]
        switch kind {
        case .repository(let url, let revision, let commit):
            entries = [.init("type", .text("git")), .init("url", .text(url))]
            if let revision { entries.append(.init("requested-revision", .text(revision))) }
            entries.append(.init("commit-id", .text(commit)))
        case .folder(let path, _): entries = [.init("path", .text(path))]
        }
        if let subdirectory { entries.append(.init("subdirectory", .text(subdirectory))) }
        return .mapping(entries)
    }
}

extension Lock.BuildRequirement {
    fileprivate var node: SourceNode {
        var entries = [
            SourceNode.Entry("name", .text(name.description)), .init("version", .text(version.description)),
        ]
        if let index { entries.append(.init("index", .text(withoutCredentials(index)))) }
        entries.append(.init("wheel", wheel.node))
        return .mapping(entries)
    }
}

extension Lock.Reason: Comparable {
    fileprivate var node: SourceNode {
        var entries: [SourceNode.Entry] = []
        switch source {
        case .package(let name, let extra):
            entries.append(.init("package", .text(name.description)))
            if let extra { entries.append(.init("extra", .text(extra.description))) }
        case .recipe, .constraint, .override: entries.append(.init("by", .text(source.word ?? "recipe")))
        }
        entries.append(.init("requirement", .text(requirement)))
        return .mapping(entries)
    }

    /// The recipe first, then packages by name.
    private var order: (Int, String, String, String) {
        switch source {
        case .recipe: (0, "", "", requirement)
        case .constraint: (1, "", "", requirement)
        case .override: (2, "", "", requirement)
        case .package(let name, let extra): (3, name.description, extra?.description ?? "", requirement)
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }
}
