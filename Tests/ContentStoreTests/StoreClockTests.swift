import Testing

@testable import ContentStore

@Suite("the store's own time")
struct StoreClockTests {
    private static let day: Int64 = 86_400
    private static let start = MachineTime(wall: 1_000_000_000, uptime: 500, boot: "a")

    private func clock(_ readings: (wall: Int64, uptime: Int64, boot: String)...) -> (StoreClock, [Bool]) {
        var clock = StoreClock(time: 1_000_000_000, machine: Self.start)
        let jumps = readings.map { reading in
            clock.advance(
                to: MachineTime(
                    wall: Self.start.wall + reading.wall, uptime: Self.start.uptime + reading.uptime, boot: reading.boot
                ))
        }
        return (clock, jumps)
    }

    @Test("goes on by what has passed since the machine was started, wherever the wall clock jumps")
    func jumping() {
        let (clock, jumps) = clock(
            (100, 100, "a"), (200 + 365 * Self.day, 200, "a"), (300 + 365 * Self.day, 300, "a"), (400, 400, "a"),
            (500 - 365 * Self.day, 500, "a"), (600, 600, "a"))
        #expect(clock.time == Self.start.wall + 600)
        #expect(jumps == [false, true, false, true, true, true])
    }

    @Test("goes on across a start of the machine by the wall clock, unless that cannot be")
    func booting() {
        #expect(clock((3 * Self.day, -400, "b")).0.time == Self.start.wall + 3 * Self.day)
        for wall in [-Self.day, -50 * 365 * Self.day, 31 * Self.day, 365 * Self.day] {
            let (clock, jumps) = clock((wall, -400, "b"), (wall + 60, -340, "b"))
            #expect(clock.time == Self.start.wall + 60)
            #expect(jumps == [true, false])
        }
        // A little behind, as a clock in its battery may be.
        #expect(clock((-30, -400, "b")).1 == [false])
        // A container whose uptime is not the machine's: never more than the wall clock says.
        #expect(clock((60, 90 * Self.day, "a")).0.time == Self.start.wall + 60)
    }

    @Test("a file is never older than it is, whatever the clock was when it was written")
    func files() {
        let year = 365 * Self.day
        let wall = Self.start.wall
        var (clock, _) = clock((0, 0, "a"))
        #expect(clock.time(ofFile: wall - 40 * Self.day) == wall - 40 * Self.day)
        #expect(clock.time(ofFile: wall + 10) == wall)
        // A year ahead: what was written before is as young as the jump, what is written now is of now.
        clock.advance(to: MachineTime(wall: wall + year, uptime: 500, boot: "a"))
        #expect(clock.time(ofFile: wall - 60) == wall)
        clock.advance(to: MachineTime(wall: wall + year + 100, uptime: 600, boot: "a"))
        #expect(clock.time(ofFile: wall + year + 40) == wall + 40)
        // And back: what was written then is from the future.
        clock.advance(to: MachineTime(wall: wall + 200, uptime: 700, boot: "a"))
        #expect(clock.time == wall + 200)
        #expect(clock.time(ofFile: wall + year + 40) == wall + 200)
        #expect(clock.time(ofFile: wall - 60) == wall + 200)
        // After that it ages as it should.
        clock.advance(to: MachineTime(wall: wall + 200 + 40 * Self.day, uptime: 700 + 40 * Self.day, boot: "a"))
        #expect(clock.time - clock.time(ofFile: wall - 60) == 40 * Self.day)
        #expect(clock.time - clock.time(ofFile: wall + 300) == 40 * Self.day - 100)
    }

    @Test("whatever jumps and starts of the machine come between, nothing is older than it truly is")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var machine = Self.start
            var clock = StoreClock(time: 7, machine: machine)
            var passed: Int64 = 0
            var written: [(mark: Int64, passed: Int64)] = []
            for _ in 0..<60 {
                let step = Int64.random(in: 0...(10 * Self.day), using: &generator)
                passed += step
                machine.wall += step
                machine.uptime += step
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: machine.wall += Int64.random(in: -400...400, using: &generator) * Self.day
                case 1:
                    machine.boot += "b"
                    machine.uptime = 10
                default: break
                }
                // Whoever writes looks at the clocks first.
                clock.advance(to: machine)
                written.append((machine.wall, passed))
                for file in written {
                    let age = clock.time - clock.time(ofFile: file.mark)
                    #expect(age <= passed - file.passed + 60 * (StoreClock.tolerance + Self.day / 10))
                }
                #expect(clock.time - 7 <= passed + 60)
            }
        }
    }
}
