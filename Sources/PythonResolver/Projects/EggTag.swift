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

    /// How well an egg runs on a target, after every wheel; `nil` if it does not. One with native code comes before one
    /// without, and one for this very Python before one for several.
    static func rank(_ text: String, python: PythonVersion, platform: TargetPlatform) -> Int32? {
        guard let egg = egg(text), egg.misfit(python: python, platform: platform) == nil else { return nil }
        let isExact = egg.pythons.contains { $0.minor == python.minor }
        return Int32.max - 4 + (egg.platform == nil ? 2 : 0) + (isExact ? 0 : 1)
    }
}
