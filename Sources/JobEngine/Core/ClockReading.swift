public import JobModel

/// The time, twice.
public struct ClockReading: Hashable, Sendable {
    /// What people call it. It is written down, and may jump.
    public var wall: Moment
    /// Milliseconds of a clock that only ever goes on, at its own pace. What has to happen in time goes by it.
    public var steady: Int64

    public init(wall: Moment, steady: Int64) {
        self.wall = wall
        self.steady = steady
    }
}
