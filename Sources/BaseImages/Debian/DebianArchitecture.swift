/// The architectures that a base can have, by Debian's names.
public enum DebianArchitecture: String, Sendable, CaseIterable {
    case amd64
    case arm64

    /// The name that an OCI platform has for it (`GOARCH`); Debian's is the same for both.
    public var oci: String { rawValue }

    /// What a Python platform tag or `uname -m` calls it.
    public var machine: String {
        switch self {
        case .amd64: "x86_64"
        case .arm64: "aarch64"
        }
    }

    /// From `x86_64`, `amd64`, `aarch64` or `arm64`.
    public init?(anyName name: String) {
        guard let match = Self.allCases.first(where: { $0.rawValue == name || $0.machine == name }) else { return nil }
        self = match
    }

    /// The architecture this program was built for.
    public static var host: DebianArchitecture? {
        #if arch(x86_64)
            .amd64
        #elseif arch(arm64)
            .arm64
        #else
            nil
        #endif
    }
}
