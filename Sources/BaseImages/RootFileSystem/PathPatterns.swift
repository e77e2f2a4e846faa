/// A list of patterns for paths: `*` stands for anything within a name, `**` for any number of folders. A pattern that
/// matches a folder matches all that is in it.
struct PathPatterns: Sendable {
    private let patterns: [[[UInt8]]]

    init(_ patterns: [String]) {
        self.patterns = patterns.map { Self.components($0) }
    }

    func match(_ path: String) -> Bool {
        let path = Self.components(path)
        return patterns.contains { Self.match($0[...], path[...]) }
    }

    private static func components(_ path: String) -> [[UInt8]] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    private static func match(_ pattern: ArraySlice<[UInt8]>, _ path: ArraySlice<[UInt8]>) -> Bool {
        // The pattern is used up: it matched the path, or a folder above it.
        guard let first = pattern.first else { return true }
        if first == Array("**".utf8) {
            return (path.startIndex...path.endIndex).contains { match(pattern.dropFirst(), path[$0...]) }
        }
        guard let name = path.first, matchName(first[...], name[...]) else { return false }
        return match(pattern.dropFirst(), path.dropFirst())
    }

    private static func matchName(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return (name.startIndex...name.endIndex).contains { matchName(pattern.dropFirst(), name[$0...]) }
        }
        guard name.first == first else { return false }
        return matchName(pattern.dropFirst(), name.dropFirst())
    }
}
