internal import Glibc
internal import JobModel

/// This machine's clocks.
enum SystemClock {
    static var now: ClockReading {
        ClockReading(wall: Moment(milliseconds: read(CLOCK_REALTIME)), steady: read(CLOCK_BOOTTIME))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
