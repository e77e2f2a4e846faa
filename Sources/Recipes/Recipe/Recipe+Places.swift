internal import PythonPackaging

extension Recipe {
    /// Whether something is named by a path that starts from the recipe's folder: find-links, files, repositories of jars,
    /// or a base's layout.
    public var namesRelativePaths: Bool {
        let wheels = python.packages.map(\.requirement) + python.constraints + python.overrides
        let layout = base.flatMap { $0.hasPrefix("oci:") ? String($0.dropFirst("oci:".count)) : nil }
        return
            (python.findLinks + wheels.compactMap(\.url) + [layout].compactMap(\.self)
            + jars.repositories.map(\.url)).contains(where: Self.isRelative)
    }

    private static func isRelative(_ place: String) -> Bool {
        !place.contains("://") && !["/", "~", "file:"].contains(where: place.hasPrefix)
    }
}
