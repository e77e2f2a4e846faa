/// What an admin sets while the server runs. Kept as one value with a version, so that two admins cannot overwrite each
/// other unseen.
public struct Settings: Hashable, Sendable {
    /// For all queues together.
    public var caps = Caps()
    /// Always holds the standard queue.
    public var queues = [QueueSettings(name: JobRequest.standardQueue)]
    public var sizes = DriverSize.standard

    public init() {}

    public func queue(_ name: String) -> QueueSettings? { queues.first { $0.name == name } }
    public func size(_ name: String) -> DriverSize? { sizes.first { $0.name == name } }
}
