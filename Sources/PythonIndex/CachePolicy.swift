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
    static let usual: Int64 = 600
    private static let most: Int64 = 86_400

    /// Until when an answer of this moment is fresh, in seconds since 1970.
    static func until(cacheControl: String?, age: String?, now: Int64) -> Int64 {
        guard let cacheControl else { return now + usual }
        var seconds = usual
        for directive in cacheControl.lowercased().split(separator: ",") {
            let words = directive.split(separator: "=", maxSplits: 1).map { word in
                word.filter { $0 != " " && $0 != "\"" && $0 != "\t" }
            }
            switch words.first {
            case "no-store", "no-cache": return now
            case "max-age":
                guard words.count == 2, let given = Int64(words[1]), given >= 0 else { continue }
                seconds = given
            default: continue
            }
        }
        let spent = age.flatMap { Int64($0) }.map { max(0, $0) } ?? 0
        return now + max(0, min(seconds - spent, most))
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
func currentTime() -> Int64 { Int64(time(nil)) }
