/// Finds what is provided.
///
/// Modules of two groups may have one name: `jline:jline` and `org.jline:jline`, `com.tdunning:json` and `org.json:json`.
/// One whose group is known stands for itself alone.
struct ProvidedModules {
    private struct FileName: Hashable {
        let artifact: String
        let classifier: String
    }

    private var exact: [ArtifactKey: ProvidedModule] = [:]
    private var byName: [FileName: [ProvidedModule]] = [:]

    init(_ provided: [ProvidedModule]) {
        for module in provided {
            if let group = module.group {
                let name = ModuleName(group: group, artifact: module.artifact)
                exact[ArtifactKey(name, classifier: module.classifier)] = module
            } else {
                byName[FileName(artifact: module.artifact, classifier: module.classifier), default: []].append(module)
            }
        }
    }

    func match(_ dependency: Dependency) -> ProvidedModule? {
        if exact.isEmpty, byName.isEmpty { return nil }
        guard dependency.key.fileExtension == "jar" else { return nil }
        if let match = exact[dependency.key] { return match }
        let name = FileName(artifact: dependency.key.module.artifact, classifier: dependency.key.classifier)
        let named = byName[name]?.filter { $0.mayBe(of: dependency.key.module.group) } ?? []
        return named.first { $0.version == dependency.version } ?? named.first
    }
}
