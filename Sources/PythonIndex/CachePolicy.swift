internal import Glibc
public import PythonPackaging

/// How far what is stored stands in for asking.
public enum CachePolicy: Sendable, Equatable {
    /// Stored pages serve as long as their index said they would, or ten minutes.
    case normal
    /// Pages are asked for again once a run: all, or those of these projects.
    case refresh(Set<PackageName>?)
    /// Nothing is asked; stored pages serve whatever their age. Local files and folders are read as ever.
    case offline

    func refreshes(_ project: PackageName) -> Bool {
        switch self {
        case .refresh(let projects): projects.map { $0.contains(project) } ?? true
        case .normal, .offline: false
        }
    }
}

/// How long an answer may serve (RFC 9111), as far as index pages need it.
struct Freshness {
    static let usual: Int64 = 600_000
    private static let most: Int64 = 86_400_000

    /// Until when an answer of this moment is fresh, in milliseconds since 1970.
    static func until(cacheControl: String?, age: String?, now: Int64) -> Int64 {
        guard let cacheControl else { return now + usual }
        var served = usual
        for directive in cacheControl.lowercased().split(separator: ",") {
            let words = directive.split(separator: "=", maxSplits: 1).map { word in
                word.filter { $0 != " " && $0 != "\"" && $0 != "\t" }
            }
            switch words.first {
            case "no-store", "no-cache": return now
            case "max-age":
                guard words.count == 2, let given = Int64(words[1]), given >= 0 else { continue }
                served = min(given, most / 1000) * 1000
            default: continue
            }
        }
        let spent = age.flatMap { Int64($0) }.map { min(max(0, $0), most / 1000) * 1000 } ?? 0
        return now + max(0, served - spent)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
func currentTime() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
