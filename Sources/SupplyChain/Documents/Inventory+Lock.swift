public import Cryptography
internal import MavenPackaging
public import PythonPackaging
public import Recipes

extension Inventory {
    /// What a lock gives some of its platforms.
    ///
    /// - Parameters:
    ///   - environments: the id of each platform's environment.
    ///   - licenses: SPDX expressions by package name, as the packages' own metadata have them.
    ///   - file: the lock's name, for messages.
    /// - Throws: `RecipesError`, as `Lock.selection` does.
    public init(
        of lock: Lock, digest: SHA256Digest, named name: String, for platforms: [TargetPlatform], python: PythonVersion,
        environments: [SHA256Digest], licenses: [String: String] = [:], author: String, epoch: UInt64, file: String
    ) throws {
        self.init(
            name: name, version: lock.recipe?.version, python: python.short, platforms: platforms.map(\.description),
            environments: environments, lock: digest, components: [], author: author, epoch: epoch)
        var selected: [Lock.Selected] = []
        for platform in platforms {
            for choice in try lock.selection(for: platform, python: python, file: file)
            where !selected.contains(where: { $0.name == choice.name && $0.content == choice.content }) {
                selected.append(choice)
            }
        }
        let packages = Dictionary(grouping: lock.packages, by: \.name)
        let urls = Dictionary(grouping: selected, by: \.name).mapValues { $0.map { ($0.version, PackageURL(of: $0)) } }
        for choice in selected {
            let package = packages[choice.name]?.first { $0.version == choice.version } ?? packages[choice.name]?.first
            let requires = (package?.dependencies ?? []).flatMap { needed in
                (urls[needed.name] ?? []).filter { needed.version == nil || $0.0 == needed.version }.map(\.1)
            }
            components.append(
                Component(
                    choice, license: licenses[choice.name.description],
                    isRequested: package?.reasons.contains { $0.source == .recipe } ?? true,
                    requires: Set(requires).sorted()))
            for tool in choice.tools { add(tool) }
        }
        components += lock.jars.map { jar in
            let children = lock.jars.filter { $0.path.last == jar.coordinate.description }
            return Component(
                package: .maven(jar.coordinate), name: jar.coordinate.module.artifact,
                group: jar.coordinate.module.group, version: jar.coordinate.version, digest: jar.file.sha256,
                place: jar.file.url, isRequested: jar.path.isEmpty,
                requires: Set(children.map { PackageURL.maven($0.coordinate) }).sorted())
        }
        components.sort { $0.package < $1.package }
        tools.sort { $0.package < $1.package }
    }

    private mutating func add(_ tool: Lock.BuildRequirement) {
        guard !tools.contains(where: { $0.digest == tool.wheel.sha256 }) else { return }
        tools.append(
            Component(
                package: .python(tool.name, tool.version.description, file: tool.wheel.name),
                name: tool.name.description, version: tool.version.description, digest: tool.wheel.sha256,
                place: tool.wheel.url))
    }
}

extension PackageURL {
    fileprivate init(of choice: Lock.Selected) {
        self = .python(choice.name, choice.version?.description, file: choice.file?.name)
    }
}

extension Lock.Selected {
    /// What it is built with.
    fileprivate var tools: [Lock.BuildRequirement] {
        switch content {
        case .wheel, .egg: []
        case .source(_, let tools), .tree(_, let tools): tools ?? []
        }
    }
}

extension Inventory.Component {
    fileprivate init(_ choice: Lock.Selected, license: String?, isRequested: Bool, requires: [PackageURL]) {
        self.init(
            package: PackageURL(of: choice), name: choice.name.description, version: choice.version?.description,
            digest: choice.file?.sha256, place: choice.file?.url, license: license, isRequested: isRequested,
            requires: requires)
        guard case .tree(let tree, _) = choice.content else { return }
        switch tree.kind {
        case .repository(let url, _, let revision):
            place = "git+\(url)@\(revision)"
            commit = revision
        case .folder(_, let content): digest = content
        }
    }
}
