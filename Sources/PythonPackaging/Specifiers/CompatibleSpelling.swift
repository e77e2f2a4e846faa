/// How `packaging` finds the prefix of a `~=` clause: from the clause as spelled, not from its normal form.
///
/// It splits the text at dots, drops what starts a suffix in normal spelling (`dev`, `a`, `b`, `rc`, `post`) and all
/// that follows, then drops the last part and appends `.*`. For normal spellings that is the release without its last
/// number, as PEP 440 says; `~=1.4.rev2` and `~=v1.4` come out otherwise, and pip's answer for them is the same.
enum CompatibleSpelling {
    static func detail(of spelling: UnsafeBufferPointer<UInt8>, version: Version) -> Specifier.Detail {
        if spelling.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }) { return .none }
        var text = String(decoding: spelling, as: UTF8.self)[...]
        var epoch = "0"[...]
        if let bang = text.lastIndex(of: "!") {
            epoch = text[..<bang]
            text = text[text.index(after: bang)...]
        }
        var kept: [Substring] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let pieces = splitPreRelease(part)
            if let suffix = pieces.firstIndex(where: isSuffix) {
                kept.append(contentsOf: pieces[..<suffix])
                break
            }
            kept.append(contentsOf: pieces)
        }
        // The epoch is a part of its own, and the one that goes if nothing else is there.
        let prefix = kept.isEmpty ? nil : try? Version("\(epoch)!\(kept.dropLast().joined(separator: "."))")
        if let prefix, isReleaseWithoutLast(prefix, of: version) { return .none }
        return .spelled(String(decoding: spelling, as: UTF8.self), prefix: prefix)
    }

    /// `4rc1` is two parts in `packaging`'s eyes: `4` and `rc1`.
    private static func splitPreRelease(_ part: Substring) -> [Substring] {
        let utf8 = part.utf8
        guard let letters = utf8.firstIndex(where: { !isDigit($0) }), letters > utf8.startIndex else { return [part] }
        let rest = part[letters...]
        for kind in ["a", "b", "c", "rc"] where rest.hasPrefix(kind) {
            let number = rest.utf8.dropFirst(kind.utf8.count)
            if !number.isEmpty, number.allSatisfy(isDigit) { return [part[..<letters], rest] }
        }
        return [part]
    }

    private static func isSuffix(_ part: Substring) -> Bool {
        ["dev", "a", "b", "rc", "post"].contains { part.hasPrefix($0) }
    }

    private static func isReleaseWithoutLast(_ prefix: Version, of version: Version) -> Bool {
        let count = version.releaseCount - 1
        guard prefix.releaseCount == count, prefix == prefix.base, prefix.epochNumber == version.epochNumber else {
            return false
        }
        return (0..<count).allSatisfy { prefix.releaseNumber($0) == version.releaseNumber($0) }
    }
}
