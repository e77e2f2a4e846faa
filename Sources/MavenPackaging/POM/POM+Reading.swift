extension POM {
    /// Reads a POM as Maven reads those of dependencies: elements that it does not know are passed over, one that is
    /// there twice is an error.
    ///
    /// - Parameter subject: what an error is about: the POM's coordinate, file or URL.
    /// - Throws: `MavenPackagingError.Code.badXML`, `.hasDoctype`, `.badPOM`.
    public init(_ bytes: [UInt8], subject: String) throws(MavenPackagingError) {
        let root = try XMLReader.read(bytes, subject: subject, root: "project", of: "POM", else: .badPOM)
        let reader = POMReader(subject: subject)
        try reader.expectOnce(root)
        if let parent = root["parent"] {
            try reader.expectOnce(parent)
            self.parent = Parent(
                group: try reader.needed("groupId", of: parent), artifact: try reader.needed("artifactId", of: parent),
                version: try reader.needed("version", of: parent))
        }
        group = root.text(of: "groupId")
        artifact = try reader.needed("artifactId", of: root)
        version = root.text(of: "version")
        packaging = root.text(of: "packaging") ?? "jar"
        facts = [:]
        for name in ["name", "url", "description", "inceptionYear", "modelVersion"] {
            if let text = root.text(of: name) { facts[name] = text }
        }
        properties = try reader.properties(root)
        dependencies = try reader.dependencies(root)
        managed =
            try root["dependencyManagement"].map { list throws(MavenPackagingError) in
                try reader.dependencies(list)
            } ?? []
        repositories = reader.repositories(root)
        profiles = []
        for profile in root.items("profiles") where profile.name == "profile" {
            profiles.append(try reader.profile(profile))
        }
        relocation = root["distributionManagement"]?["relocation"].map { element in
            Relocation(
                group: element.text(of: "groupId"), artifact: element.text(of: "artifactId"),
                version: element.text(of: "version"), message: element.text(of: "message"))
        }
    }
}

extension POM {
    /// A profile, as POMs and settings write it.
    static func profile(_ element: XMLElement, subject: String) throws(MavenPackagingError) -> POMProfile {
        try POMReader(subject: subject).profile(element)
    }
}

private struct POMReader {
    let subject: String

    /// What may be in one element once.
    private static let single: Set = [
        "parent", "groupId", "artifactId", "version", "packaging", "properties", "dependencies",
        "dependencyManagement", "profiles", "distributionManagement", "type", "classifier", "scope", "optional",
        "exclusions", "systemPath", "repositories", "activation", "id", "name", "url",
    ]

    func expectOnce(_ element: XMLElement) throws(MavenPackagingError) {
        var seen: Set<String> = []
        for child in element.children where Self.single.contains(child.name) && !seen.insert(child.name).inserted {
            throw bad("has <\(child.name)> twice in one <\(element.name)>", child)
        }
    }

    func needed(_ name: String, of element: XMLElement) throws(MavenPackagingError) -> String {
        guard let text = element.text(of: name) else { throw bad("has no <\(name)> in <\(element.name)>", element) }
        return text
    }

    func properties(_ element: XMLElement) throws(MavenPackagingError) -> [String: String] {
        var properties: [String: String] = [:]
        for property in element.items("properties") {
            guard property.children.isEmpty else {
                throw bad("has elements within the property '\(property.name)'", property)
            }
            properties[property.name] = property.trimmedText
        }
        return properties
    }

    func dependencies(_ element: XMLElement) throws(MavenPackagingError) -> [POMDependency] {
        var dependencies: [POMDependency] = []
        for item in element.items("dependencies") where item.name == "dependency" {
            try expectOnce(item)
            var dependency = POMDependency(
                group: try needed("groupId", of: item), artifact: try needed("artifactId", of: item),
                version: item.text(of: "version"))
            dependency.type = item.text(of: "type") ?? "jar"
            dependency.classifier = item["classifier"]?.trimmedText
            dependency.scope = item.text(of: "scope")
            dependency.optional = item.text(of: "optional")
            dependency.isAtPath = item.text(of: "systemPath") != nil
            for exclusion in item.items("exclusions") where exclusion.name == "exclusion" {
                // One without an artifact excludes nothing, since no artifact is called so.
                dependency.exclusions.append(
                    Exclusion(
                        group: exclusion.text(of: "groupId") ?? "", artifact: exclusion.text(of: "artifactId") ?? ""))
            }
            dependencies.append(dependency)
        }
        return dependencies
    }

    func repositories(_ element: XMLElement) -> [POMRepository] {
        element.items("repositories").compactMap { item in
            guard item.name == "repository", let url = item.text(of: "url") else { return nil }
            return POMRepository(
                id: item.text(of: "id") ?? "", url: url,
                hasReleases: item["releases"]?.text(of: "enabled") != "false",
                hasSnapshots: item["snapshots"]?.text(of: "enabled") != "false")
        }
    }

    func profile(_ element: XMLElement) throws(MavenPackagingError) -> POMProfile {
        POMProfile(
            id: element.text(of: "id") ?? "default", activation: element["activation"].map(activation),
            properties: try properties(element), dependencies: try dependencies(element),
            managed: try element["dependencyManagement"].map { list throws(MavenPackagingError) in
                try dependencies(list)
            } ?? [],
            repositories: repositories(element))
    }

    private func activation(_ element: XMLElement) -> POMProfile.Activation {
        var activation = POMProfile.Activation()
        activation.byDefault = element.text(of: "activeByDefault")?.lowercased() == "true"
        activation.jdk = element["jdk"]?.trimmedText
        activation.system = element["os"].map { os in
            .init(
                name: os.text(of: "name"), family: os.text(of: "family"), arch: os.text(of: "arch"),
                version: os.text(of: "version"))
        }
        activation.property = element["property"].map { property in
            (property.text(of: "name") ?? "", property.text(of: "value"))
        }
        activation.file = element["file"].map { file in (file.text(of: "exists"), file.text(of: "missing")) }
        return activation
    }

    private func bad(_ message: String, _ element: XMLElement) -> MavenPackagingError {
        MavenPackagingError(.badPOM, subject, "\(message) (\(element.place))")
    }
}
