public import Publishing
public import SystemPackage
internal import Workers

/// An environment on a shared volume, with what its manifest says.
public struct VolumeListing: Sendable {
    public let entry: VolumeEntry
    /// `nil` where it cannot be read.
    public let manifest: EnvironmentManifest?
    /// What is wrong with it, as far as can be seen without reading its packages; `nil` if nothing is.
    public let trouble: String?
    /// Whether nothing keeps it: it goes with the next collection, unless it is used.
    public let isReleased: Bool
}

/// Looking at shared volumes, which needs no data folder.
extension EnvironmentBuilder {
    /// The environments on a volume, by name.
    public func listing(of place: FilePath) async throws -> [VolumeListing] {
        try await blocking {
            let volume = try SharedVolume(at: place)
            let now = volume.now()
            let packages = Set(try volume.packageNames())
            return try volume.entries().map { VolumeListing($0, packages: packages, now: now) }
                .sorted { ($0.manifest?.name ?? "", $0.entry.folder) < ($1.manifest?.name ?? "", $1.entry.folder) }
        }
    }

    /// The environments that a name, or the beginning of an id, means on a volume: one, or several kinds of trees of one.
    ///
    /// - Throws: `PublishingError` (`notOnVolume`), ``BuilderError`` (`ambiguousEnvironment`).
    func entries(_ reference: String, on volume: SharedVolume) throws -> [VolumeEntry] {
        let all = try volume.entries()
        let named = all.filter { $0.names.contains(reference) }
        if !named.isEmpty { return named }
        let digits = reference.hasPrefix("sha256:") ? String(reference.dropFirst(7)) : reference
        let found =
            digits.utf8.count >= settings.fewestDigits ? all.filter { $0.folder.hasPrefix(digits.lowercased()) } : []
        if Set(found.map(\.id)).count > 1 {
            throw BuilderError(
                .ambiguousEnvironment, subject: reference, message: "begins the ids of several environments",
                advice: "give more digits; `chidori volume list \(volume.root)` shows them")
        }
        guard !found.isEmpty else {
            throw PublishingError(
                .notOnVolume, reference, "is no environment on \(volume.root)",
                advice: "`chidori volume list \(volume.root)` shows those there are")
        }
        return found
    }

    /// Takes away what keeps an environment on a volume. It stays until a collector finds that nobody uses it.
    ///
    /// - Parameter holder: whose leases go; `nil` for the name by which the environment was named, or all its names where
    ///   it was named by its id.
    /// - Returns: the environments' folders.
    public func release(_ reference: String, holder: String?, from place: FilePath) async throws -> [FilePath] {
        try await blocking { [self] in
            let volume = try SharedVolume(at: place)
            var released: [FilePath] = []
            for entry in try entries(reference, on: volume) {
                if let holder {
                    guard entry.leases.contains(where: { $0.holder == holder }) else { continue }
                    try volume.release(entry, holder: holder)
                } else {
                    for name in entry.names.contains(reference) ? [reference] : entry.names {
                        try volume.release(entry, name: name)
                    }
                    if entry.names.isEmpty { continue }
                }
                released.append(entry.path)
            }
            guard !released.isEmpty else {
                throw PublishingError(
                    .notOnVolume, reference, holder.map { "has no lease of \($0)" } ?? "has no name to take away",
                    advice: "`chidori volume list \(place)` shows names and leases")
            }
            return released
        }
    }

    /// Takes away what nobody needs on a volume.
    public func collect(
        _ place: FilePath, _ policy: VolumeCollector.Policy, isRehearsal: Bool
    ) async throws -> VolumeCollector.Outcome {
        let outcome = try await blocking {
            try VolumeCollector(SharedVolume(at: place), policy: policy).collect(isRehearsal: isRehearsal)
        }
        if abs(outcome.clockDifference) > 300 {
            let word = outcome.clockDifference > 0 ? "ahead of" : "behind"
            observer(
                .warning(
                    "this machine's clock is \(abs(outcome.clockDifference)) seconds \(word) the volume's; what is old "
                        + "by one of them alone stays"))
        }
        for why in outcome.unreadable {
            observer(
                .warning(
                    "\(why), so it cannot be told which packages it needs, and all packages stay; mend it with "
                        + "`chidori volume verify \(place) --repair`"))
        }
        return outcome
    }
}

extension VolumeListing {
    init(_ entry: VolumeEntry, packages: Set<String>, now: Int64) {
        self.entry = entry
        manifest = entry.manifest.flatMap { try? EnvironmentManifest(parsing: $0, name: entry.path.string) }
        isReleased = entry.names.isEmpty && !entry.leases.contains { $0.end > now }
        let missing = (entry.packages ?? []).count { !packages.contains($0) }
        if manifest == nil {
            trouble = "its manifest cannot be read"
        } else if entry.packages == nil {
            trouble = "it does not say what it needs"
        } else if missing > 0, entry.links == .symlink {
            trouble = "\(missing) of its packages are not there"
        } else {
            trouble = nil
        }
    }
}
