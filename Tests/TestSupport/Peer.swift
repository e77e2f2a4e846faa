import Foundation
public import SystemPackage

/// The real programs that judge our work, and where a machine keeps them.
///
/// `scripts/setup tests` installs all of them: from Debian's packages on the `PATH`, and the Python ones in an
/// environment of their own under `CHIDORI_CACHE`.
public enum Peer {
    /// A folder that outlives a clone, for what is dear to fetch or to make.
    public static var cache: FilePath {
        let environment = ProcessInfo.processInfo.environment
        if let given = environment["CHIDORI_CACHE"], !given.isEmpty { return FilePath(given) }
        return FilePath(environment["HOME"] ?? "/tmp").appending(".cache/chidori-tests")
    }

    /// The Python that has the `packaging` library and `pip`.
    public static var python: String { cache.appending("peers/bin/python").string }
    public static var uv: String { cache.appending("peers/bin/uv").string }

    /// The first program of this name on the `PATH`, or `nil`.
    public static func find(_ name: String) -> FilePath? {
        if name.contains("/") { return executable(FilePath(name)) }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
            if let found = executable(FilePath(folder).appending(name)) { return found }
        }
        return nil
    }

    /// Whether every one of these can be run here; for a test's `.enabled(if:)`.
    public static func has(_ names: String...) -> Bool { names.allSatisfy { find($0) != nil } }

    /// Whether the long tests were asked for (`make deep`).
    public static var deep: Bool { ProcessInfo.processInfo.environment["CHIDORI_DEEP"] == "1" }

    /// The program under test: `CHIDORI_EXECUTABLE`, else what the last build of this package left.
    public static var chidori: String {
        if let given = ProcessInfo.processInfo.environment["CHIDORI_EXECUTABLE"], !given.isEmpty { return given }
        let root = repository.appending(".build")
        for configuration in ["release", "debug"] {
            let path = root.appending(configuration).appending("chidori")
            if executable(path) != nil { return path.string }
        }
        return root.appending("debug/chidori").string
    }

    /// The root of this repository.
    public static var repository: FilePath {
        FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    }

    private static func executable(_ path: FilePath) -> FilePath? {
        FileManager.default.isExecutableFile(atPath: path.string) ? path : nil
    }
}
