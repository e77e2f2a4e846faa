/// The variables that markers ask about (PEP 508; the last two PEP 751).
public enum MarkerVariable: UInt8, Sendable, Hashable, CaseIterable {
    case pythonVersion
    case pythonFullVersion
    case implementationVersion
    case platformRelease
    case osName
    case sysPlatform
    case platformMachine
    case platformPythonImplementation
    case platformSystem
    case platformVersion
    case implementationName
    case extra
    case extras
    case dependencyGroups

    /// The name in markers: `python_version`.
    public var text: String {
        switch self {
        case .pythonVersion: "python_version"
        case .pythonFullVersion: "python_full_version"
        case .implementationVersion: "implementation_version"
        case .platformRelease: "platform_release"
        case .osName: "os_name"
        case .sysPlatform: "sys_platform"
        case .platformMachine: "platform_machine"
        case .platformPythonImplementation: "platform_python_implementation"
        case .platformSystem: "platform_system"
        case .platformVersion: "platform_version"
        case .implementationName: "implementation_name"
        case .extra: "extra"
        case .extras: "extras"
        case .dependencyGroups: "dependency_groups"
        }
    }

    /// The variable of a name in a marker, with dots for underscores where they were allowed before PEP 508.
    init?(name: Slice<UnsafeBufferPointer<UInt8>>) {
        func isName(_ word: StaticString) -> Bool {
            guard name.count == word.utf8CodeUnitCount else { return false }
            for index in 0..<word.utf8CodeUnitCount where name[name.startIndex + index] != word.utf8Start[index] {
                return false
            }
            return true
        }
        let found: MarkerVariable?
        switch name.count {
        case 5: found = isName("extra") ? .extra : nil
        case 6: found = isName("extras") ? .extras : nil
        case 7: found = isName("os_name") || isName("os.name") ? .osName : nil
        case 12: found = isName("sys_platform") || isName("sys.platform") ? .sysPlatform : nil
        case 14: found = isName("python_version") ? .pythonVersion : nil
        case 15: found = isName("platform_system") ? .platformSystem : nil
        case 16:
            found =
                isName("platform_machine") || isName("platform.machine")
                ? .platformMachine
                : isName("platform_version") || isName("platform.version")
                    ? .platformVersion : isName("platform_release") ? .platformRelease : nil
        case 17: found = isName("dependency_groups") ? .dependencyGroups : nil
        case 19:
            found =
                isName("python_full_version")
                ? .pythonFullVersion : isName("implementation_name") ? .implementationName : nil
        case 21: found = isName("python_implementation") ? .platformPythonImplementation : nil
        case 22: found = isName("implementation_version") ? .implementationVersion : nil
        case 30:
            found =
                isName("platform_python_implementation") || isName("platform.python_implementation")
                ? .platformPythonImplementation : nil
        default: found = nil
        }
        guard let found else { return nil }
        self = found
    }

    /// Whether values are compared as versions where they are versions.
    var isVersion: Bool { rawValue <= MarkerVariable.platformRelease.rawValue }

    /// Whether the value is a set of names, which `in` looks into.
    var isSet: Bool { self == .extras || self == .dependencyGroups }
}

/// The operators of marker comparisons.
public enum MarkerOperator: Sendable, Hashable {
    case comparison(Specifier.Operator)
    case contained
    case notContained

    /// `>=`, `in`, `not in`.
    public var text: String {
        switch self {
        case .comparison(let comparison): comparison.text
        case .contained: "in"
        case .notContained: "not in"
        }
    }
}
