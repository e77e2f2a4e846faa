internal import MavenPackaging

extension Recipe.Jars {
    /// Reports a module that a list names twice: Maven would take one of the two without a word.
    static func checkModules(_ packages: [Recipe.JarRequest], _ items: [SourceNode], _ reading: inout Reading) {
        checkModules(packages.map(\.requirement), items, &reading)
    }

    static func checkModules(_ requirements: [JarRequirement], _ items: [SourceNode], _ reading: inout Reading) {
        for (number, requirement) in requirements.enumerated() {
            guard let first = requirements[..<number].firstIndex(where: { $0.means(sameAs: requirement) }) else {
                continue
            }
            let place = items[first].mark.line > 0 ? " (line \(items[first].mark.line))" : ""
            reading.under(number) { reading in
                reading.report(
                    .conflict, at: items[number].mark,
                    "`\(requirement)` names what `\(requirements[first])`\(place) names already", advice: "keep one")
            }
        }
    }

    /// Reports packages whose version neither they nor the constraints say. What BOMs manage is seen when they are read.
    func checkVersions(_ list: SourceNode, _ reading: inout Reading) {
        guard !reading.isLenient, boms.isEmpty, case .sequence(let items) = list.content, items.count == packages.count
        else { return }
        for (number, item) in items.enumerated() {
            let requirement = packages[number].requirement
            guard requirement.version == nil, !constraints.contains(where: { $0.means(sameAs: requirement) }) else {
                continue
            }
            reading.under(number) { reading in
                reading.report(
                    .badValue, at: item.mark,
                    "`\(requirement)` says no version, and no constraint and no BOM manages it",
                    advice: "write it as group:artifact:version, such as \(requirement):1.2.3")
            }
        }
    }
}

extension JarRequirement {
    /// Whether both are one thing, of which a class path has one version; with `::` before it, for one Scala.
    fileprivate func means(sameAs other: JarRequirement) -> Bool {
        if takesScalaSuffix == other.takesScalaSuffix { return key == other.key }
        let (short, long) = takesScalaSuffix ? (self, other) : (other, self)
        guard let split = ScalaSuffix.split(long.artifact) else { return false }
        return short.group == long.group && short.artifact == split.base && short.classifier == long.classifier
            && short.key.fileExtension == long.key.fileExtension
    }
}
