/// An artifact of which two mediations choose different versions, or that only one of them chooses.
public struct MediationDifference: Sendable {
    public var key: ArtifactKey
    /// With its way and the versions that lost, which tell why; `nil` where the first mediation does without.
    public var before: ChosenArtifact?
    public var after: ChosenArtifact?
}

extension Mediation {
    /// What another mediation of the same request changes for a program that runs, sorted by name.
    public func differences(to other: Mediation) -> [MediationDifference] {
        func chosen(_ mediation: Mediation) -> [ArtifactKey: ChosenArtifact] {
            Dictionary(
                mediation.chosen.filter(\.isNeededToRun).map { ($0.coordinate.key, $0) },
                uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (chosen(self), chosen(other))
        return Set(before.keys).union(after.keys).sorted().compactMap { key in
            guard before[key]?.coordinate.version != after[key]?.coordinate.version else { return nil }
            return MediationDifference(key: key, before: before[key], after: after[key])
        }
    }
}
