/// Finds what is provided.
struct ProvidedModules {
    private var exact: [ModuleName: ProvidedModule] = [:]
    private var byArtifact: [String: ProvidedModule] = [:]

    init(_ provided: [ProvidedModule]) {
        for module in provided {
            if let group = module.group {
                exact[ModuleName(group: group, artifact: module.artifact)] = module
            } else {
                byArtifact[module.artifact] = module
            }
        }
    }

    func match(_ dependency: Dependency) -> ProvidedModule? {
        if exact.isEmpty, byArtifact.isEmpty { return nil }
        guard dependency.key.fileExtension == "jar", dependency.key.classifier.isEmpty else { return nil }
        return exact[dependency.key.module] ?? byArtifact[dependency.key.module.artifact]
    }
}
