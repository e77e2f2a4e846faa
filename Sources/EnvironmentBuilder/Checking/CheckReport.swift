public import Preflight
public import PythonPackaging
public import Recipes

/// What a look at the environments of a lock has found.
public struct CheckReport: Sendable {
    /// One platform's environment.
    public struct Target: Sendable {
        public let platform: TargetPlatform
        /// `nil` where something is missing for the platform.
        public let id: EnvironmentID?
        /// The gravest first.
        public let findings: [Finding]
        /// The lowest Java that all classes can be loaded with; `nil` without jars.
        public let java: Int?
        /// How many jars were looked at, those of Spark's own among them.
        public let jars: Int
    }

    public let name: String
    public let targets: [Target]
    /// Acceptances of the recipe that no finding of any platform answers to.
    public let unused: [UnusedAcceptance]
    public let seconds: Double

    /// Whether there is a conflict that the recipe does not accept.
    public var hasConflict: Bool { targets.contains { $0.findings.haveConflict } }
}

extension Recipe.Check {
    var acceptances: [Acceptance] { accepted.map { Acceptance(conflict: $0.conflict, reason: $0.reason) } }
}

/// An acceptance that several platforms' findings are held against is unused where none answers.
func unusedEverywhere(_ all: [[UnusedAcceptance]]) -> [UnusedAcceptance] {
    guard let first = all.first else { return [] }
    return first.filter { one in all.allSatisfy { $0.contains { $0.acceptance == one.acceptance } } }
}
