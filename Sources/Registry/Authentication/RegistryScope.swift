/// What a token lets its bearer do with a repository (distribution's token scopes): `repository:team/features:pull,push`.
struct RegistryScope: Hashable, Sendable, Comparable {
    enum Access: Sendable {
        case pull, pullAndPush
    }

    let text: String

    init(_ repository: String, _ access: Access) {
        text = "repository:\(repository):\(access == .pull ? "pull" : "pull,push")"
    }

    private init(text: String) {
        self.text = text
    }

    /// The scopes that a challenge asks for, separated by spaces.
    static func list(_ text: String?) -> [RegistryScope] {
        (text ?? "").split(separator: " ").map { RegistryScope(text: String($0)) }
    }

    static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}
