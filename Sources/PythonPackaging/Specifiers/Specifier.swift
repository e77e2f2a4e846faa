/// One clause of a version specifier (PEP 440): an operator and a version, `>=1.2` or `==1.*`.
public struct Specifier: Sendable {
    /// The comparison operators, in the order in which canonical text lists them.
    public enum Operator: UInt8, Sendable, Hashable {
        case notEqual
        case less
        case lessOrEqual
        case equal
        case arbitrary
        case greater
        case greaterOrEqual
        case compatible

        /// `!=`, `<`, `<=`, `==`, `===`, `>`, `>=`, `~=`.
        public var text: String {
            switch self {
            case .notEqual: "!="
            case .less: "<"
            case .lessOrEqual: "<="
            case .equal: "=="
            case .arbitrary: "==="
            case .greater: ">"
            case .greaterOrEqual: ">="
            case .compatible: "~="
            }
        }
    }

    /// What an operator needs beside the version.
    enum Detail: Sendable, Hashable {
        case none
        /// `===` compares this text.
        case text(String)
        /// What `~=` must also match as a prefix, where the spelling makes it differ from the release without its last
        /// number, as `packaging` reads it; nothing matches `nil`.
        case spelled(String, prefix: Version?)
    }

    public let `operator`: Operator
    /// Whether the version ends in `.*`, so that its release is a prefix to match (`==` and `!=` alone).
    public let isPrefixMatch: Bool
    /// The version compared with; for `===` of what is no version, 0.
    public let version: Version
    let detail: Detail

    init(_ operator: Operator, _ version: Version, isPrefixMatch: Bool = false, detail: Detail = .none) {
        self.operator = `operator`
        self.version = version
        self.isPrefixMatch = isPrefixMatch
        self.detail = detail
    }

    /// `==` this very version.
    public static func exactly(_ version: Version) -> Specifier { Specifier(.equal, version) }

    /// Whether the clause names a pre-release, so that it admits pre-releases without being told to; `nil` if that
    /// cannot be known (`===` of what is no version).
    public var prereleases: Bool? {
        switch `operator` {
        case .notEqual: return false
        case .equal where isPrefixMatch: return false
        case .arbitrary:
            guard case .text(let text) = detail, let version = try? Version(text) else { return nil }
            return version.isPrerelease
        default: return version.isPrerelease
        }
    }

    /// Whether the clause pins one version (`==` without `.*`, or `===`), as PEP 592 asks of a yanked file.
    public var isPin: Bool { `operator` == .arbitrary || (`operator` == .equal && !isPrefixMatch) }
}

extension Specifier: Hashable {
    /// Equal clauses have the same operator and equal versions; `==1.0` equals `==1`, but `~=1.0.0` not `~=1.0`.
    public static func == (left: Specifier, right: Specifier) -> Bool {
        left.operator == right.operator && left.isPrefixMatch == right.isPrefixMatch && left.version == right.version
            && (!left.needsCount || left.version.releaseCount == right.version.releaseCount)
            && left.detail == right.detail
    }

    private var needsCount: Bool { `operator` == .compatible || isPrefixMatch }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(`operator`)
        hasher.combine(version)
        hasher.combine(detail)
    }
}

extension Specifier: CustomStringConvertible {
    /// The operator and the version in normal form: `>=1.0rc1`, `!=2.1.*`.
    public var description: String {
        switch detail {
        case .text(let text), .spelled(let text, _): return `operator`.text + text
        case .none: return `operator`.text + version.description + (isPrefixMatch ? ".*" : "")
        }
    }
}
