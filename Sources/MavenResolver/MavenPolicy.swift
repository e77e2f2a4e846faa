internal import Glibc

/// How far what is stored stands in for asking.
public enum MavenPolicy: Sendable, Equatable {
    /// Releases are never asked for again; lists of versions and snapshots after a day, as Maven does; what was
    /// missing after ten minutes.
    case normal
    /// Lists of versions, snapshots and what was missing are asked for again once a run.
    case refresh
    /// Nothing is asked; what is stored serves whatever its age. Local folders are read as ever.
    case offline

    /// Whether what was learnt at a time still serves.
    func serves(learnt: Int64, began: Int64, now: Int64, for lifetime: Int64) -> Bool {
        switch self {
        case .normal: now - learnt < lifetime
        case .refresh: learnt >= began
        case .offline: true
        }
    }

    static let day: Int64 = 86_400_000
    static let ofMissing: Int64 = 600_000
}

/// Milliseconds since 1970-01-01T00:00:00Z.
func currentTime() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
