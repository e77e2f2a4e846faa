/// Refuses YAML texts whose aliases could explode, before a parser sees them.
///
/// Aliases are cheap while nobody walks through what they stand for, but a parser walks through keys to find those that
/// stand twice, and freeing a long chain of aliases recurses once for each. So there is a limit on how many there may
/// be, and none may stand beside keys that are lists, mappings or aliases. What is found here may also be shell text
/// that looks like an alias: then it counts as one, which does no harm below the limit.
enum AliasGuard {
    static let limit = 100

    enum Danger {
        case tooMany(at: Int)
        case keyIsNoText(at: Int)
    }

    static func inspect(_ text: ArraySlice<UInt8>) -> Danger? {
        var aliases = 0
        var complexKey: Int?
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "*"):
                let name = index + 1
                var end = name
                while end < text.endIndex, isAnchorByte(text[end]) { end += 1 }
                if end > name {
                    aliases += 1
                    if aliases > limit { return .tooMany(at: index) }
                    if complexKey == nil, isFollowedByColon(text, end) { complexKey = index }
                }
                index = max(end, index + 1)
                continue
            case UInt8(ascii: "?") where complexKey == nil:
                // Inside `{}` a key may follow the question mark at once.
                if index + 1 == text.endIndex || !isAnchorByte(text[index + 1]) { complexKey = index }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if complexKey == nil, isFollowedByColon(text, index + 1) { complexKey = index }
            default: break
            }
            index += 1
        }
        if aliases > 0, let complexKey { return .keyIsNoText(at: complexKey) }
        return nil
    }

    private static func isFollowedByColon(_ text: ArraySlice<UInt8>, _ start: Int) -> Bool {
        var index = start
        while index < text.endIndex, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
        return index < text.endIndex && text[index] == UInt8(ascii: ":")
    }

    private static func isAnchorByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
