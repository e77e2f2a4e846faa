/// An environment where drivers can reach it.
public struct DeliveredEnvironment: Hashable, Sendable {
    /// Its id: 64 hexadecimal digits.
    public var id: String
    /// `ENV`: the folder with `bin/python`.
    public var tree: String
    /// The environment variables that belong to it.
    public var variables: [String: String]

    public init(id: String, tree: String, variables: [String: String] = [:]) {
        self.id = id
        self.tree = tree
        self.variables = variables
    }
}
