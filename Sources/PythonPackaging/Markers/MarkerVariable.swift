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
