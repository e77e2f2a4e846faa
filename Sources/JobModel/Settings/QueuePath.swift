/// How queues lie within each other: names joined by dots are a path from the root, so `science.training` lies within
/// `science`.
public enum QueuePath {
    /// Whether a queue is another one or lies below it.
    public static func lies(_ name: String, within other: String) -> Bool {
        name.utf8.starts(with: other.utf8)
            && (name.utf8.count == other.utf8.count || name.utf8.dropFirst(other.utf8.count).first == UInt8(ascii: "."))
    }

    /// The queue and those that it lies within, the innermost first.
    public static func itselfAndAbove(_ name: String) -> [String] {
        var names = [name]
        var rest = name[...]
        while let dot = rest.lastIndex(of: ".") {
            rest = rest[..<dot]
            names.append(String(rest))
        }
        return names
    }
}
