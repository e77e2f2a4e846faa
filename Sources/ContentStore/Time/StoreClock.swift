/// A data folder's own time, in seconds: it begins as seconds since 1970 and goes on by what has truly passed, whatever
/// the machine's clock is set to meanwhile. It never goes back.
///
/// Between two readings under one boot the uptime tells how much has passed. Across a boot the wall clock is all there
/// is: it is believed unless it went back or says that more than ``longestAbsence`` has passed.
struct StoreClock: Equatable, Sendable {
    /// The store's time at the last reading.
    private(set) var time: Int64
    /// The clocks at the last reading.
    private(set) var machine: MachineTime
    /// What the wall clock showed when it last jumped; times of files before that are of a clock that nobody knows.
    private(set) var jumpedTo: Int64
    /// The store's time when it last jumped; 0 if it never did.
    private(set) var jumpedAt: Int64

    /// What a wall clock may differ by from the uptime without having jumped, and a hundredth of what has passed.
    static let tolerance: Int64 = 600
    /// How long a machine may have been off.
    static let longestAbsence: Int64 = 30 * 86_400

    init(time: Int64, machine: MachineTime, jumpedTo: Int64 = 0, jumpedAt: Int64 = 0) {
        self.time = time
        self.machine = machine
        self.jumpedTo = jumpedTo
        self.jumpedAt = jumpedAt
    }

    /// Goes on to what the machine's clocks show now.
    ///
    /// - Returns: whether the wall clock has jumped since the last reading.
    @discardableResult
    mutating func advance(to now: MachineTime) -> Bool {
        let byWall = now.wall.subtractingReportingOverflow(machine.wall).partialValue
        let passed: Int64
        let hasJumped: Bool
        if now.boot == machine.boot, now.uptime >= machine.uptime {
            let byUptime = now.uptime - machine.uptime
            // In a container both may be another's: the smaller one is never too much.
            passed = byWall >= 0 ? min(byWall, byUptime) : byUptime
            hasJumped = abs(byWall - byUptime) > Self.tolerance + byUptime / 100
        } else {
            hasJumped = !(-Self.tolerance...Self.longestAbsence).contains(byWall)
            passed = hasJumped ? 0 : max(0, byWall)
        }
        time += passed
        machine = now
        if hasJumped {
            jumpedTo = now.wall
            jumpedAt = time
        }
        return hasJumped
    }

    /// How long ago a file was written, by the wall clock's time that it bears: never more than it truly was.
    func age(ofFile written: Int64) -> Int64 { time - time(ofFile: written) }

    /// The store's time at which a file was written, by the wall clock's time that it bears: rather too late than too
    /// early, so that nothing is ever taken for older than it is.
    func time(ofFile written: Int64) -> Int64 {
        // From the future: it counts as new until that has come.
        if written > machine.wall { return time }
        // By a clock before the last jump, or that of another machine.
        if written < jumpedTo { return jumpedAt }
        return max(jumpedAt, time - (machine.wall - written))
    }
}
