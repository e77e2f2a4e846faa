internal import PythonPackaging
internal import SystemPackage

/// Where interpreters of one version may be, best first. Pure: it looks at nothing.
struct InterpreterSearch {
    /// The variables of this process.
    let environment: [String: String]

    /// A place to look at.
    enum Place: Equatable {
        /// A program that is there or not.
        case program(FilePath)
        /// A folder of installations `3.11.7`, `cpython-3.11.7-…`, each with a `bin`; the highest patch is best.
        case installations(FilePath)
    }

    /// Programs named `pythonX.Y` on the `PATH` and in the folders that a service's short `PATH` may leave out, then what
    /// pyenv and uv have installed, then whatever else is called Python.
    ///
    /// pyenv's folder of shims holds scripts that choose an installation by the current folder; it stands for the
    /// installations themselves.
    func places(for version: PythonVersion) -> [Place] {
        let home = environment["HOME"].map { FilePath($0) }
        let pyenv = environment["PYENV_ROOT"].map { FilePath($0) } ?? home?.appending(".pyenv")
        let data = environment["XDG_DATA_HOME"].map { FilePath($0) } ?? home?.appending(".local/share")
        let uv = environment["UV_PYTHON_INSTALL_DIR"].map { FilePath($0) } ?? data?.appending("uv/python")
        let path = (environment["PATH"] ?? "").split(separator: ":").map { FilePath(String($0)).lexicallyNormalized() }
        let folders = path.filter(\.isAbsolute) + ["/usr/local/bin", "/usr/bin", "/bin"]
        let built = pyenv.map { Place.installations($0.appending("versions")) }

        var places: [Place] = folders.map { folder in
            if let built, folder == pyenv?.appending("shims") { return built }
            return .program(folder.appending("python\(version.withoutPatch)"))
        }
        if let built { places.append(built) }
        if let uv { places.append(.installations(uv)) }
        for folder in folders where folder != pyenv?.appending("shims") {
            places += [.program(folder.appending("python\(version.major)")), .program(folder.appending("python"))]
        }
        var seen: [Place] = []
        for place in places where !seen.contains(place) { seen.append(place) }
        return seen
    }

    /// The installations of a version in a listing of folder names, the highest patch first.
    static func installations(of version: PythonVersion, in names: [String]) -> [String] {
        names.compactMap { name -> (patch: Int, name: String)? in
            var rest = name[...]
            if rest.hasPrefix("cpython-") { rest = rest.dropFirst("cpython-".count).prefix { $0 != "-" } }
            let text = String(rest).replacing("+freethreaded", with: "t")
            guard let found = try? PythonVersion(text), let patch = found.patch,
                found.withoutPatch == version.withoutPatch
            else { return nil }
            return (patch, name)
        }
        .sorted { ($0.patch, $1.name) > ($1.patch, $0.name) }
        .map(\.name)
    }
}
