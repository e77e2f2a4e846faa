internal import PythonPackaging

/// What an egg runs on, as a listing keeps it among the tag sets of wheels: `egg-py3.11-linux-x86_64`, the end of the
/// egg's file name. No wheel's tags begin so.
enum EggTag {
    private static let prefix = "egg"

    static func text(of egg: EggFilename) -> String {
        var text = prefix
        if !egg.pythons.isEmpty { text += "-" + egg.pythons.map { "py\($0)" }.joined(separator: ".") }
        return text + (egg.platform.map { "-\($0)" } ?? "")
    }

    static func isEgg(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.starts(with: prefix.utf8)
            && (text.count == prefix.utf8.count || text[prefix.utf8.count] == UInt8(ascii: "-"))
    }

    /// An egg of no project in particular that runs on the same; `nil` for a wheel's tags.
    static func egg(_ text: String) -> EggFilename? {
        guard text == prefix || text.hasPrefix(prefix + "-") else { return nil }
        return try? EggFilename("egg-0\(text.dropFirst(prefix.count)).egg")
    }

    /// How well an egg runs on a target, behind every wheel; `nil` if it does not.
    static func rank(_ text: String, python: PythonVersion, platform: TargetPlatform) -> Int32? {
        egg(text)?.rank(python: python, platform: platform).map { Int32.max / 2 + Int32($0) }
    }
}
