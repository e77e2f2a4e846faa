extension TargetPlatform {
    /// Parses a platform in any of the spellings that people use for one:
    ///
    /// - `linux-x86_64-glibc2.36`, `linux-aarch64-musl1.2`: the form that is printed;
    /// - `x86_64-manylinux_2_28`, `manylinux_2_28_x86_64`, `x86_64-manylinux2014`, `aarch64-musllinux_1_2`: wheel tags;
    /// - `x86_64-unknown-linux-gnu`, `aarch64-unknown-linux-musl`: target triples;
    /// - `x86_64`, `arm64`, `linux/amd64`, `linux`: with glibc 2.28, and x86_64 where no processor is named.
    ///
    /// - Throws: `PythonPackagingError.Code.invalidPlatform`.
    public init(_ text: String) throws(PythonPackagingError) {
        guard let platform = TargetPlatform.parse(text.lowercased()) else {
            throw PythonPackagingError(
                code: .invalidPlatform, subject: text, message: "is not a platform that environments can be made for",
                advice: "write linux-x86_64-glibc2.36, linux-aarch64-musl1.2, x86_64-manylinux_2_28 or aarch64")
        }
        self = platform
    }

    private static let architectures: [String: Architecture] = [
        "x86_64": .x86_64, "amd64": .x86_64, "x64": .x86_64, "aarch64": .aarch64, "arm64": .aarch64,
    ]

    private static func parse(_ text: String) -> TargetPlatform? {
        if text == "linux" { return TargetPlatform(.x86_64, defaultCLibrary) }
        if let platform = parseWheelTag(text) { return platform }
        var parts = text.split(separator: text.contains("/") ? "/" : "-", omittingEmptySubsequences: false).map(
            String.init)
        if parts.first == "linux" { parts.removeFirst() }
        guard let first = parts.first, let architecture = architectures[first] else { return nil }
        let rest = parts.dropFirst().filter { $0 != "unknown" && $0 != "pc" && $0 != "linux" }
        guard rest.count < 2 else { return nil }
        guard let library = rest.first else { return TargetPlatform(architecture, defaultCLibrary) }
        guard let cLibrary = parseCLibrary(library) else { return nil }
        return TargetPlatform(architecture, cLibrary)
    }

    /// `manylinux_2_28_x86_64`: the processor follows the level.
    private static func parseWheelTag(_ text: String) -> TargetPlatform? {
        for architecture in Architecture.allCases where text.hasSuffix("_\(architecture.rawValue)") {
            let level = String(text.dropLast(architecture.rawValue.count + 1))
            if level == "linux" { return TargetPlatform(architecture, defaultCLibrary) }
            guard level.hasPrefix("manylinux") || level.hasPrefix("musllinux") else { return nil }
            return parseCLibrary(level).map { TargetPlatform(architecture, $0) }
        }
        return nil
    }

    private static func parseCLibrary(_ text: String) -> CLibrary? {
        switch text {
        case "gnu", "glibc", "manylinux": return defaultCLibrary
        case "musl", "musllinux": return defaultMusl
        case "manylinux2014": return .glibc(major: 2, minor: 17)
        case "manylinux2010": return .glibc(major: 2, minor: 12)
        case "manylinux1": return .glibc(major: 2, minor: 5)
        default: break
        }
        for prefix in ["glibc", "gnu", "manylinux_"] {
            if let level = parseLevel(text, after: prefix) { return .glibc(major: level.0, minor: level.1) }
        }
        for prefix in ["musllinux_", "musl"] {
            if let level = parseLevel(text, after: prefix) { return .musl(major: level.0, minor: level.1) }
        }
        return nil
    }

    /// `2.28`, or `2_28` after a prefix that ends in an underscore.
    private static func parseLevel(_ text: String, after prefix: String) -> (Int, Int)? {
        guard text.hasPrefix(prefix) else { return nil }
        let separator: Character = prefix.hasSuffix("_") ? "_" : "."
        let parts = text.dropFirst(prefix.count).split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) && $0.utf8.count < 4 }),
            let major = Int(parts[0]), let minor = Int(parts[1])
        else { return nil }
        return (major, minor)
    }
}
