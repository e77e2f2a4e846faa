/// The kind of machine that an environment is for: Linux, a processor, and the level of its C library.
public struct TargetPlatform: Sendable, Hashable {
    /// The processors, by the names that Linux and wheel tags give them.
    public enum Architecture: String, Sendable, Hashable, CaseIterable {
        // swift-format-ignore: AlwaysUseLowerCamelCase
        case x86_64
        case aarch64
    }

    /// The C library and its version, which binaries must not ask more of (PEP 600, PEP 656).
    public enum CLibrary: Sendable, Hashable {
        case glibc(major: Int, minor: Int)
        case musl(major: Int, minor: Int)
    }

    public var architecture: Architecture
    public var cLibrary: CLibrary

    public init(_ architecture: Architecture, _ cLibrary: CLibrary) {
        self.architecture = architecture
        self.cLibrary = cLibrary
    }

    /// The glibc level taken where an alias names none: that of manylinux_2_28, which every distribution in support has.
    public static let defaultCLibrary = CLibrary.glibc(major: 2, minor: 28)
    /// The musl level taken where an alias names none.
    public static let defaultMusl = CLibrary.musl(major: 1, minor: 2)

    /// The platform tags that run here, best first, as `packaging.tags.platform_tags` lists them on such a machine.
    public var tags: [String] {
        let machine = architecture.rawValue
        var tags: [String] = []
        switch cLibrary {
        case .glibc(let major, let minor):
            let oldestMinor = architecture == .x86_64 ? 5 : 17
            // glibc 2 is taken to have ended with 2.50 once there is a glibc 3: `packaging`'s own guess.
            let levels = [(major, minor)] + stride(from: major - 1, to: 1, by: -1).map { ($0, 50) }
            for (major, highest) in levels {
                for minor in stride(from: highest, through: major == 2 ? oldestMinor : 0, by: -1) {
                    tags.append("manylinux_\(major)_\(minor)_\(machine)")
                    if major == 2, let legacy = TargetPlatform.legacyManylinux[minor] {
                        tags.append("\(legacy)_\(machine)")
                    }
                }
            }
        case .musl(let major, let minor):
            for minor in stride(from: minor, through: 0, by: -1) {
                tags.append("musllinux_\(major)_\(minor)_\(machine)")
            }
        }
        tags.append("linux_\(machine)")
        return tags
    }

    /// The names before PEP 600 of the glibc 2 levels that had one (PEP 513, 571, 599).
    static let legacyManylinux = [17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"]
}

extension TargetPlatform: CustomStringConvertible {
    /// `linux-x86_64-glibc2.36` or `linux-aarch64-musl1.2`, which `init(_:)` reads.
    public var description: String {
        switch cLibrary {
        case .glibc(let major, let minor): "linux-\(architecture.rawValue)-glibc\(major).\(minor)"
        case .musl(let major, let minor): "linux-\(architecture.rawValue)-musl\(major).\(minor)"
        }
    }
}
