/// What builds may take of a server, so that nobody's keep another's from being made.
public struct BuildLimits: Hashable, Sendable {
    /// How many are made at once; the others wait. Where one tenant has all of several places, others have one more among
    /// them.
    public var atOnce: Int
    /// How many one tenant may have under way, with those that wait.
    public var perTenant: Int
    /// How long one that somebody has sent may be made, with its deliveries, once it has a place.
    public var deadline: Duration

    public init(atOnce: Int = 4, perTenant: Int = 128, deadline: Duration = .seconds(7200)) {
        self.atOnce = atOnce
        self.perTenant = perTenant
        self.deadline = deadline
    }
}
