public import PythonPackaging

extension PythonVersion {
    /// X.Y alone, with the build's kind: what an ABI and a unit are for.
    public var withoutPatch: PythonVersion {
        PythonVersion(major, minor, isFreeThreaded: isFreeThreaded)
    }

    /// The folder for modules below ENV: `lib/python3.11/site-packages`, `lib/python3.13t/site-packages`.
    public var sitePackages: String { "lib/python\(withoutPatch)/site-packages" }

    /// The folder below ENV for the headers of the project that brings them: `include/site/python3.11`.
    var headers: String { "include/site/python\(withoutPatch)" }
}
