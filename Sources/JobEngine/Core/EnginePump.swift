public import JobModel
public import JobQueue

/// The order in which things are done: take in all that has come, write what follows in one transaction, and when that
/// is durable, do what follows and settle the messages.
///
/// While a transaction is under way what comes waits, so that a busy core writes many steps at once. Pure, like the core:
/// the server and the simulation turn the same handle.
public struct EnginePump: Sendable {
    public private(set) var core: EngineCore
    private var inputs: [EngineInput] = []
    private var deliveries: [Delivery.ID] = []
    private var isWriting = false

    /// What one turn gives.
    public struct Batch: Sendable {
        /// In one transaction, before anything else.
        public var changes: [JobChange]
        public var actions: [EngineAction]
        /// Messages whose content is durable then.
        public var settled: [Delivery.ID]
    }

    public init(_ core: EngineCore) {
        self.core = core
    }

    /// Notes something that happened. Rows must have been read since the last turn was finished.
    ///
    /// - Parameter delivery: the message that told, which is settled once what follows is durable.
    public mutating func put(_ input: EngineInput, delivery: Delivery.ID? = nil) {
        inputs.append(input)
        if let delivery { deliveries.append(delivery) }
    }

    /// Settles a message that tells nothing new.
    public mutating func settle(_ delivery: Delivery.ID) {
        deliveries.append(delivery)
    }

    /// Takes everything in. Gives `nil` where there is nothing to do, or where the last turn has not been finished.
    public mutating func turn(at now: ClockReading) -> Batch? {
        guard !isWriting else { return nil }
        var output = EngineOutput()
        core.beginTurn()
        for input in inputs { output.append(core.step(input, at: now)) }
        inputs.removeAll(keepingCapacity: true)
        if let due = core.nextDue, due <= now.steady { output.append(core.step(.tick, at: now)) }
        if core.needsRound { output.append(core.round(at: now)) }
        guard !(output.isEmpty && deliveries.isEmpty) else { return nil }
        defer { deliveries.removeAll(keepingCapacity: true) }
        isWriting = true
        return Batch(changes: output.changes, actions: output.actions, settled: deliveries)
    }

    /// Says that the last turn's changes are durable.
    public mutating func finish() {
        isWriting = false
    }
}
