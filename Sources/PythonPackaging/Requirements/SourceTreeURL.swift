internal import Diagnostics

/// A URL that names a tree of sources instead of a file: a git repository, or a folder on this machine.
///
///     git+https://host/project.git@v1.0#subdirectory=python
///     file:///home/me/project#subdirectory=python
///
/// As pip writes them (pip's "VCS Support"; PEP 508 leaves the URL's meaning open).
public struct SourceTreeURL: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// - revision: a branch, tag or commit; the default branch's head if `nil`.
        case repository(revision: String?)
        case folder
    }

    public var kind: Kind
    /// Where git, or the folder, is: without `git+`, revision and fragment. It may hold credentials.
    public var location: String
    /// The project's folder in the tree, if it is not the tree itself.
    public var subdirectory: String?

    public init(_ kind: Kind, at location: String, subdirectory: String? = nil) {
        self.kind = kind
        self.location = location
        self.subdirectory = subdirectory
    }

    /// Parses a URL; `nil` where it names a file, by its ending, or is of another version control system.
    public init?(_ url: String) {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var place = String(parts[0])
        var subdirectory: String?
        for argument in parts.count == 2 ? parts[1].split(separator: "&") : []
        where argument.hasPrefix("subdirectory=") {
            let path = argument.dropFirst("subdirectory=".count).pathNames.filter { $0 != "." }
            if path.contains("..") { return nil }
            subdirectory = path.isEmpty ? nil : path.joined(separator: "/")
        }
        if place.hasPrefix("git+") {
            place.removeFirst("git+".count)
            var revision: String?
            // An `@` before the path's first slash belongs to a user's name.
            let path = place.range(after: "://").flatMap { start in place[start...].firstIndex(of: "/") }
            if let path, let sign = place[path...].lastIndex(of: "@") {
                revision = String(place[place.index(after: sign)...])
                place = String(place[..<sign])
                if revision?.isEmpty == true { return nil }
            }
            guard path != nil else { return nil }
            self.init(.repository(revision: revision), at: place, subdirectory: subdirectory)
        } else if place.hasPrefix("file:"), !SourceTreeURL.namesFile(place) {
            self.init(.folder, at: place, subdirectory: subdirectory)
        } else {
            return nil
        }
    }

    /// Whether the last part of a path ends as distributions do.
    private static func namesFile(_ place: String) -> Bool {
        let endings = [".whl", ".egg"] + SourceDistributionFilename.Format.allCases.map(\.rawValue)
        return endings.contains { place.lowercased().hasSuffix($0.lowercased()) }
    }
}

extension SourceTreeURL: CustomStringConvertible {
    public var description: String {
        var text = location
        if case .repository(let revision) = kind { text = "git+\(location)" + (revision.map { "@\($0)" } ?? "") }
        return text + (subdirectory.map { "#subdirectory=\($0)" } ?? "")
    }
}

extension String {
    /// Where the text behind the first occurrence of another begins.
    fileprivate func range(after text: String) -> Index? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) { return rest.index(rest.startIndex, offsetBy: text.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
