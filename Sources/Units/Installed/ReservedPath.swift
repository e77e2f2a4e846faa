/// The places below ENV that belong to the environment itself: its interpreter, its description, its jars, Spark's home.
enum ReservedPath {
    /// - Parameters:
    ///   - file: the artifact that would install something there, and the project that it is of.
    /// - Throws: ``UnitsError`` (`forbiddenPath`).
    static func refuse(_ path: String, of file: String, _ project: String) throws {
        let isReserved =
            path == "pyvenv.cfg" || path == "chidori.json" || ["jars", "spark"].contains(path)
            || path.hasPrefix("jars/") || path.hasPrefix("spark/")
            || path.hasPrefix("bin/") && isInterpreterName(path.dropFirst("bin/".count))
        guard !isReserved else {
            throw UnitsError(
                .forbiddenPath, file, "would install \(path), which belongs to the environment itself",
                advice: "choose another version of \(project), and tell its publisher")
        }
    }

    /// `python`, `python3`, `python3.11`, `pythonw`, `activate`.
    private static func isInterpreterName(_ name: Substring) -> Bool {
        if name == "activate" { return true }
        guard name.hasPrefix("python") else { return false }
        let rest = name.dropFirst("python".count)
        return rest == "w" || rest.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
