/// The Scala version in an artifact's name: `_2.13`, `_3`.
///
/// Jars for one Scala do not work with another one; nothing in a POM says so but the name.
public enum ScalaSuffix {
    /// The artifact's name without its suffix, and the suffix's version; `nil` for a name without one.
    public static func split(_ artifact: String) -> (base: String, scala: String)? {
        guard let mark = artifact.lastIndex(of: "_") else { return nil }
        let scala = artifact[artifact.index(after: mark)...]
        let parts = scala.split(separator: ".", omittingEmptySubsequences: false)
        guard mark > artifact.startIndex,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        guard scala == "3" || parts.count >= 2 && parts[0] == "2" else { return nil }
        return (String(artifact[..<mark]), parts.prefix(2).joined(separator: "."))
    }
}
