/// What a dependency is needed for.
public enum Scope: String, Sendable, Hashable {
    case compile, provided, runtime, test, system

    /// The scope that a dependency's dependency has: Maven's table. An empty one counts as `compile` above.
    static func derived(parent: String, child: String) -> String {
        switch (parent, child) {
        case (_, "system"), (_, "test"): child
        case ("", _), ("compile", _): child
        case ("test", _), ("runtime", _): parent
        case ("system", _), ("provided", _): "provided"
        default: "runtime"
        }
    }

    /// Whether one scope is needed wherever the other one is.
    static func isAsWide(_ scope: String, as other: String) -> Bool {
        scope == other || widest([scope, other]) == scope
    }

    /// The widest of some.
    static func widest(_ scopes: Set<String>) -> String {
        var scopes = scopes
        if scopes.count > 1 { scopes.remove("system") }
        if scopes.count == 1, let only = scopes.first { return only }
        return ["compile", "runtime", "provided", "test"].first { scopes.contains($0) } ?? ""
    }
}
