internal import SystemPackage

/// What has changed in a git repository: files and submodules, by their paths from its root.
public struct ChangedPaths: Sendable, Equatable {
    public let paths: [String]

    public init(_ paths: some Sequence<String>) {
        self.paths = Set(paths).sorted()
    }

    /// The first change of a file, or of anything in a folder.
    ///
    /// - Parameter place: from the repository's root; empty for all of it.
    public func change(at place: String) -> String? {
        paths.first { path in
            place.isEmpty || path == place || path.hasPrefix(place + "/")
                // A submodule is one path, whatever has changed in it.
                || place.hasPrefix(path + "/")
        }
    }
}
