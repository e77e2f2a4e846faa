/// The values that markers are evaluated with: a target's, never the host's.
public struct MarkerEnvironment: Sendable, Hashable {
    /// Each variable's text by its raw value, of those that have one.
    private var values: [String]
    /// The same read as versions, where they are versions.
    private var versions: [Version?]

    /// The environment of CPython on a target. What differs from machine to machine (`platform_release`,
    /// `platform_version`) is empty.
    public init(python: PythonVersion, platform: TargetPlatform) {
        values = Array(repeating: "", count: Int(MarkerVariable.extra.rawValue))
        versions = Array(repeating: nil, count: values.count)
        self[.pythonVersion] = python.short
        self[.pythonFullVersion] = python.full
        self[.implementationVersion] = python.full
        self[.implementationName] = "cpython"
        self[.platformPythonImplementation] = "CPython"
        self[.osName] = "posix"
        self[.sysPlatform] = "linux"
        self[.platformSystem] = "Linux"
        self[.platformMachine] = platform.architecture.rawValue
    }

    /// A variable's value; empty for `extra`, `extras` and `dependency_groups`, which are no part of the environment.
    public subscript(variable: MarkerVariable) -> String {
        get {
            let index = Int(variable.rawValue)
            return index < values.count ? values[index] : ""
        }
        set {
            let index = Int(variable.rawValue)
            guard index < values.count else { return }
            // Builds of Python between releases call themselves 3.13.0+, which is no version.
            let value = variable == .pythonFullVersion && newValue.hasSuffix("+") ? newValue + "local" : newValue
            values[index] = value
            versions[index] = variable.isVersion ? try? Version(value) : nil
        }
    }

    @inline(__always)
    func version(_ variable: MarkerVariable) -> Version? { versions[Int(variable.rawValue)] }
}
