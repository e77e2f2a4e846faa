/// What one task needs to get anywhere: its driver, and the fewest executors that the driver can work with.
public struct TaskDemand: Hashable, Sendable {
    public var driver: Resources
    public var executors: Int
    public var executor: Resources

    public init(driver: Resources, executors: Int = 0, executor: Resources = .none) {
        self.driver = driver
        self.executors = executors
        self.executor = executor
    }

    public var total: Resources { driver + executor * executors }
}
