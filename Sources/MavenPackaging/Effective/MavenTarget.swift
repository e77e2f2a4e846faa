/// The machine that POMs are understood for. It is told, never looked at, so that a lock is the same on every machine:
/// Java 17 on Linux where nothing else is said. Environment variables have no values.
public struct MavenTarget: Sendable, Hashable {
    /// As `java.version` says it: `17.0.1`.
    public var javaVersion: String
    public var osName: String
    public var osArch: String
    /// What a person sets with `-D`, and other system properties.
    public var properties: [String: String]

    public init(
        javaVersion: String = "17.0.1", osName: String = "Linux", osArch: String = "amd64",
        properties: [String: String] = [:]
    ) {
        self.javaVersion = javaVersion
        self.osName = osName
        self.osArch = osArch
        self.properties = properties
    }

    /// A system property; `nil` for one that is not set.
    public func property(_ name: String) -> String? {
        if let given = properties[name] { return given }
        switch name {
        case "java.version": return javaVersion
        case "java.vendor", "java.vm.vendor": return "Debian"
        case "java.class.version": return javaFeature.map { "\($0 + 44).0" }
        case "java.specification.version", "java.vm.specification.version":
            let parts = javaVersion.split(separator: ".")
            return parts.first == "1" ? parts.prefix(2).joined(separator: ".") : parts.first.map(String.init)
        case "os.name": return osName
        case "os.arch": return osArch
        case "file.separator": return "/"
        case "path.separator": return ":"
        case "line.separator": return "\n"
        case "file.encoding": return "UTF-8"
        default: return nil
        }
    }

    /// `17`, and `8` of `1.8.0`.
    private var javaFeature: Int? {
        let parts = javaVersion.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return parts.first == 1 ? parts.last : parts.first
    }

    /// A text in which everything stands that the meaning of a POM can depend on: part of a cache's key.
    public var identity: String {
        ([javaVersion, osName, osArch] + properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: "\u{1F}")
    }
}
