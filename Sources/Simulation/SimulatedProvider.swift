internal import DriverProvider
internal import JobModel

/// Drivers that live through the server's deaths, as a seed has them: they take their time, fail, die unseen, and do not
/// always listen.
struct SimulatedProvider {
    struct Driver {
        let token: FencingToken
        let startedAt: Moment
        var end: DriverEnd?
        /// Died without a record.
        var hasVanished = false
        var isStopping = false

        var isAlive: Bool { end == nil && !hasVanished }
    }

    private(set) var drivers: [AttemptID: Driver] = [:]
    /// Attempts that nobody may start any more.
    private var voided: Set<AttemptID> = []
    private var highestToken: [TaskID: FencingToken] = [:]
    var isReachable = true

    enum LaunchResult {
        case started(DriverDetails)
        case refused(String)
    }

    /// - Returns: what is wrong with the world, if anything, beside what the caller hears.
    mutating func launch(_ id: AttemptID, _ token: FencingToken, at now: Moment) -> (LaunchResult, fault: String?) {
        if let driver = drivers[id] { return (.started(details(driver)), nil) }
        if voided.contains(id) { return (.refused("was told to stop before"), nil) }
        if let highest = highestToken[id.task], token <= highest { return (.refused("somebody newer was here"), nil) }
        highestToken[id.task] = token
        let twin = drivers.first { $0.key.task == id.task && $0.value.isAlive }
        drivers[id] = Driver(token: token, startedAt: now)
        return (
            .started(DriverDetails(startedAt: now, place: "simulated")),
            twin.map { "\(id) was started while \($0.key) was alive" }
        )
    }

    /// The truth, which the caller may not be able to hear.
    mutating func adopt(_ id: AttemptID, _ token: FencingToken) -> DriverStatus {
        guard let driver = drivers[id] else {
            voided.insert(id)
            highestToken[id.task] = max(highestToken[id.task] ?? token, token)
            return .absent
        }
        return status(driver)
    }

    /// - Returns: whether there is something that has to end now.
    mutating func stop(_ id: AttemptID) -> Bool {
        guard let driver = drivers[id] else {
            voided.insert(id)
            return false
        }
        guard driver.isAlive, !driver.isStopping else { return false }
        drivers[id]?.isStopping = true
        return true
    }

    /// A driver comes to its end, unless it has already.
    mutating func end(_ id: AttemptID, _ reason: EndReason, at now: Moment) -> Bool {
        guard let driver = drivers[id], driver.isAlive else { return false }
        // Whoever was told to end has been ended, whatever it says.
        drivers[id]?.end = DriverEnd(
            startedAt: driver.startedAt, endedAt: now, reason: driver.isStopping ? .killed : reason)
        return true
    }

    mutating func vanish(_ id: AttemptID) -> Bool {
        guard drivers[id]?.isAlive == true else { return false }
        drivers[id]?.hasVanished = true
        return true
    }

    func status(of id: AttemptID) -> DriverStatus {
        guard isReachable else { return .unknown("does not answer") }
        return drivers[id].map(status) ?? .absent
    }

    private func status(_ driver: Driver) -> DriverStatus {
        if let end = driver.end { return .ended(end) }
        return driver.hasVanished ? .vanished("left no record") : .running(details(driver))
    }

    private func details(_ driver: Driver) -> DriverDetails {
        DriverDetails(startedAt: driver.startedAt, place: "simulated")
    }
}
