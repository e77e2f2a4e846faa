/// The candidates closest to a mistyped word, best first, for "did you mean" advice.
///
/// Distance is optimal string alignment (Damerau–Levenshtein without repeated edits of one substring); a candidate
/// further away than a third of the word's length, at least one edit, is not offered.
public func nearest(to word: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
    let most = max(1, word.count / 3)
    let scored = candidates.compactMap { candidate -> (distance: Int, candidate: String)? in
        let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
        return distance <= most ? (distance, candidate) : nil
    }
    return scored.sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }.prefix(limit).map(\.candidate)
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
        var current = [i + 1]
        for j in b.indices {
            var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current.append(best)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
}
