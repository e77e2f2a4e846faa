import JobModel
import JobStore
import JobSupport
import Testing

@Suite("the schedule of backups")
struct BackupScheduleTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    private let schedule = BackupSchedule(interval: 6 * hour, latest: 3, daily: 4, weekly: 3)

    private func moment(_ hours: Double) -> Moment { .sample.advanced(by: Int64(hours * Double(Self.hour))) }

    @Test("the next one is due when the interval is over, or at once where there is none")
    func due() {
        #expect(schedule.next(after: [], now: moment(0)) == moment(0))
        #expect(schedule.next(after: [moment(-7), moment(-1)], now: moment(0)) == moment(5))
        #expect(schedule.next(after: [moment(-6)], now: moment(0)) == moment(0))
        #expect(schedule.next(after: [moment(-60)], now: moment(0)) == moment(0))
    }

    @Test("backups from the future keep none from being made, and are kept")
    func future() {
        #expect(schedule.next(after: [moment(1000), moment(-2)], now: moment(0)) == moment(4))
        #expect(schedule.next(after: [moment(1000)], now: moment(0)) == moment(0))
        #expect(!schedule.superseded((0..<50).map { moment(Double($0)) }, now: moment(-1)).contains { $0 > moment(-1) })
    }

    @Test("over half a year, the latest, the last of each day and the last of each week stay, and no more")
    func halfYear() {
        var kept: [Moment] = []
        for number in 0..<(180 * 4) {
            let now = moment(Double(number) * 6)
            #expect(schedule.next(after: kept, now: now) == now)
            kept.append(now)
            let superseded = schedule.superseded(kept, now: now)
            #expect(!superseded.contains(now))
            kept.removeAll { superseded.contains($0) }
            #expect(kept.count <= 3 + 4 + 3)
        }
        let last = moment(Double(180 * 4 - 1) * 6)
        let ages = kept.map { (last.milliseconds - $0.milliseconds) / Self.hour }
        #expect(ages.filter { $0 <= 12 } == [12, 6, 0])
        #expect(ages.contains { $0 >= 2 * 24 && $0 <= 3 * 24 })
        #expect(ages.contains { $0 >= 7 * 24 } && ages.max() ?? 0 <= 21 * 24)
    }

    @Test("a day's and a week's last one is kept, in UTC, and days without any do not count")
    func calendar() throws {
        func at(_ text: String) throws -> Moment { try #require(Moment(text)) }
        let existing = try [
            "2026-11-01T12:00:00Z",  // a Sunday
            "2026-11-02T01:00:00Z", "2026-11-08T23:59:59Z",  // Monday and Sunday of one week
            "2026-11-16T00:00:00Z", "2026-11-16T23:00:00Z", "2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z",
        ].map(at)
        let schedule = BackupSchedule(interval: 1, latest: 1, daily: 2, weekly: 4)
        #expect(
            schedule.superseded(existing, now: try at("2026-11-22T00:00:00Z"))
                == (try ["2026-11-02T01:00:00Z", "2026-11-16T00:00:00Z", "2026-11-20T05:00:00Z"].map(at)))
    }

    @Test("the newest one is always kept", arguments: [0, -3])
    func newest(number: Int) {
        let schedule = BackupSchedule(interval: 1, latest: number, daily: number, weekly: number)
        #expect(schedule.superseded([moment(-2), moment(-1)], now: moment(0)) == [moment(-2)])
    }
}
