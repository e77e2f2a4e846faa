import JobModel
import Scheduling
import TestSupport
import Testing

@Suite("A plan")
struct SchedulingTests {
    @Test("gives room by the queues' priority, the jobs', then the time they came")
    func order() {
        let plan = plan(
            cpu: 3000, queues: ["low": 0, "high": 5],
            asks: [ask(1, "low"), ask(2, "low", priority: 9), ask(3, "high"), ask(4, "low", priority: 9)])
        #expect(plan.admissions.map(\.job) == [id(3), id(2), id(4)])
        #expect(plan.wait(of: id(1), in: "low")?.reason == "noRoom")
    }

    @Test("admits a driver with its executors or not at all")
    func gang() {
        let job = ask(1, pieces: [piece(1000), Ask.Piece(Resources(cpu: 1000, memory: 1), count: 3, isDriver: false)])
        #expect(plan(cpu: 3000, asks: [job]).admissions.isEmpty)
        let admitted = plan(cpu: 4000, asks: [job]).admissions
        #expect(admitted.map(\.units) == [1])
        #expect(admitted.first?.nodes == [["node", "node", "node", "node"]])
    }

    @Test("lets nobody pass a job that waits for room, and says behind whom")
    func noPassing() {
        let plan = plan(
            cpu: 4000, held: ["default": Usage(drivers: 1, resources: Resources(cpu: 2000))],
            asks: [ask(1, pieces: [piece(3000)]), ask(2)])
        #expect(plan.admissions.isEmpty)
        #expect(
            plan.wait(of: id(1), in: "default")?.description
                == "the machines have 2 cores free of 4 cores, and it asks for 3 cores")
        #expect(plan.wait(of: id(2), in: "default")?.reason == "behind")
    }

    @Test("passes over a job that could never fit")
    func infeasible() {
        let plan = plan(cpu: 4000, asks: [ask(1, pieces: [piece(9000)]), ask(2)])
        #expect(plan.admissions.map(\.job) == [id(2)])
        #expect(
            plan.wait(of: id(1), in: "default")?.description
                == "there will never be room: it asks for 9 cores, and there is no more than 4 cores")
    }

    @Test("holds a queue's cap against that queue alone, with those below it")
    func queueCaps() {
        let plan = plan(
            cpu: 10_000, queues: ["a": 0, "a.b": 0, "c": 0], queueCaps: ["a": Caps(drivers: 1)],
            asks: [ask(1, "a"), ask(2, "a.b"), ask(3, "c"), ask(4, "a")])
        #expect(plan.admissions.map(\.job) == [id(1), id(3)])
        #expect(plan.wait(of: id(2), in: "a.b")?.reason == "queueCap")
        #expect(
            plan.wait(of: id(4), in: "a")?.description
                == "the cap of the queue a leaves 0 drivers free of 1 driver, and it asks for 1 driver")
    }

    @Test(
        "holds the caps of all queues together",
        arguments: [
            Caps(drivers: 2), Caps(cpu: 2000), Caps(memory: 2), Caps(named: ["gpu": 2]),
        ])
    func globalCaps(caps: Caps) {
        let asks = (1...3).map { ask($0, pieces: [Ask.Piece(Resources(cpu: 1000, memory: 1, named: ["gpu": 1]))]) }
        let plan = plan(cpu: 10_000, caps: caps, asks: asks)
        #expect(plan.admissions.map(\.job) == [id(1), id(2)])
        #expect(plan.wait(of: id(3), in: "default")?.reason == "cap")
    }

    @Test(
        "takes a cap of nothing for a pause, and keeps to it",
        arguments: [Caps(drivers: 0), Caps(cpu: 0), Caps(memory: 0)])
    func paused(caps: Caps) {
        let ask = ask(1, pieces: [Ask.Piece(Resources(cpu: 1000, memory: 1))])
        for isQueues in [true, false] {
            let snapshot = snapshot(
                cpu: 10_000, queueCaps: isQueues ? ["default": caps] : [:], caps: isQueues ? Caps() : caps, asks: [ask])
            let plan = Scheduling.plan(snapshot, now: Moment(milliseconds: 0))
            #expect(plan.admissions.isEmpty)
            #expect(plan.wait(of: id(1), in: "default")?.reason == (isQueues ? "queueCap" : "cap"))
            #expect(Scheduling.impossibility(of: ask, in: snapshot) == nil)
        }
    }

    @Test("takes a cap of no accelerators for a no to those who need one")
    func noAccelerators() {
        let snapshot = snapshot(
            cpu: 10_000, caps: Caps(named: ["gpu": 0]),
            asks: [ask(1, pieces: [Ask.Piece(Resources(cpu: 1000, named: ["gpu": 1]))]), ask(2)])
        let plan = Scheduling.plan(snapshot, now: Moment(milliseconds: 0))
        #expect(plan.admissions.map(\.job) == [id(2)])
        #expect(plan.wait(of: id(1), in: "default")?.reason == "neverFits")
    }

    @Test("gives a job that has room for some of its tasks those, in order")
    func partial() {
        let array = Ask(
            job: id(1), queue: "default", units: [Ask.Unit([piece(1000)]), Ask.Unit([piece(1000)], count: 19)])
        let plan = plan(cpu: 5000, asks: [array, ask(2)])
        #expect(plan.admissions.map(\.units) == [5])
        #expect(plan.wait(of: id(1), in: "default")?.reason == "noRoom")
        #expect(plan.wait(of: id(2), in: "default")?.reason == "behind")
    }

    @Test("starts none of a closed queue, and those of a draining one")
    func gates() {
        var snapshot = snapshot(
            cpu: 9000, queues: ["a": 0, "a.b": 0, "c": 0], asks: [ask(1, "a.b"), ask(2, "c"), ask(3, "x")])
        for (index, queue) in snapshot.queues.enumerated() {
            snapshot.queues[index].gate = queue.name == "a" ? .closed : .draining
        }
        let plan = Scheduling.plan(snapshot, now: Moment(milliseconds: 0))
        #expect(plan.admissions.map(\.job) == [id(2)])
        #expect(plan.wait(of: id(1), in: "a.b") == .closed(queue: "a"))
        #expect(plan.wait(of: id(3), in: "x") == .noQueue("x"))
    }

    @Test("needs one machine for each process, not all of them together")
    func nodes() {
        var snapshot = snapshot(cpu: 2000, asks: [ask(1, pieces: [piece(3000)])])
        snapshot.nodes.append(
            .init(
                name: "other", allocatable: .init(cpu: 2000, memory: 1 << 40), free: .init(cpu: 2000, memory: 1 << 40)))
        let plan = Scheduling.plan(snapshot, now: Moment(milliseconds: 0))
        #expect(plan.wait(of: id(1), in: "default")?.reason == "neverFits")
        #expect(Scheduling.impossibility(of: ask(1, pieces: [piece(3000)]), in: snapshot)?.reason == "neverFits")
        #expect(Scheduling.impossibility(of: ask(1, pieces: [piece(2000), piece(2000)]), in: snapshot) == nil)
    }

    @Test("keeps its promises over random snapshots", arguments: 0..<300)
    func properties(seed: UInt64) {
        var random = SeededGenerator(seed)
        let queues = ["a": Int.random(in: 0...2, using: &random), "a.b": 0, "c": 1, "d": 1]
        let capped = Caps(
            drivers: Bool.random(using: &random) ? Int.random(in: 0...8, using: &random) : nil,
            cpu: Bool.random(using: &random) ? Int64.random(in: 0...9000, using: &random) : nil)
        var queueCaps: [String: Caps] = [:]
        for name in queues.keys.sorted() where Bool.random(using: &random) {
            queueCaps[name] = Caps(drivers: Int.random(in: 0...4, using: &random))
        }
        let asks = (1...Int.random(in: 1...25, using: &random)).map { number in
            Ask(
                job: id(number), queue: queues.keys.sorted().randomElement(using: &random) ?? "a",
                priority: Int.random(in: 0...2, using: &random),
                units: (0...Int.random(in: 0...2, using: &random)).map { _ in
                    .init(
                        [piece(Int64.random(in: 1...4, using: &random) * 500)],
                        count: Int.random(in: 1...2, using: &random))
                })
        }
        var snapshot = snapshot(cpu: 8000, queues: queues, queueCaps: queueCaps, caps: capped, asks: asks)
        snapshot.nodes.append(
            .init(
                name: "small", allocatable: Resources(cpu: 1000, memory: 1 << 40),
                free: Resources(cpu: 700, memory: 1 << 40)))
        let plan = Scheduling.plan(snapshot, now: Moment(milliseconds: 0))

        var drivers: [String: Int] = [:]
        var free = Dictionary(uniqueKeysWithValues: snapshot.nodes.map { ($0.name, $0.free) })
        for admission in plan.admissions {
            guard let ask = asks.first(where: { $0.job == admission.job }) else {
                Issue.record("who?")
                continue
            }
            let units = ask.units.flatMap { unit in Array(repeating: unit, count: unit.count) }
            #expect(admission.units == admission.nodes.count && admission.units <= units.count)
            for (unit, nodes) in zip(units, admission.nodes) {
                #expect(nodes.count == unit.pieces.reduce(0) { $0 + $1.count })
                for node in nodes { free[node]? -= unit.pieces[0].resources }
                for (name, _) in queues where ask.queue == name || ask.queue.hasPrefix(name + ".") {
                    drivers[name, default: 0] += unit.drivers
                }
                drivers["", default: 0] += unit.drivers
            }
            if admission.units < units.count { #expect(plan.wait(of: ask.job, in: ask.queue) != nil) }
        }
        for (name, left) in free { #expect(left.cpu >= 0, "\(name) is overfull") }
        for (name, caps) in queueCaps { #expect(drivers[name, default: 0] <= caps.drivers ?? .max) }
        #expect(drivers["", default: 0] <= capped.drivers ?? .max)
        #expect(8700 - free.values.reduce(0) { $0 + $1.cpu } <= capped.cpu ?? .max)
        let admitted = Set(plan.admissions.map(\.job))
        #expect(admitted.count == plan.admissions.count)
        for ask in asks where !admitted.contains(ask.job) {
            #expect(plan.wait(of: ask.job, in: ask.queue) != nil, "nobody says why \(ask.job) waits")
        }
        // Nobody of the same queue passes one who could fit some day.
        for ask in asks where !admitted.contains(ask.job) && Scheduling.impossibility(of: ask, in: snapshot) == nil {
            for other in asks where other.queue == ask.queue && ask.precedes(other) {
                #expect(!admitted.contains(other.job), "\(other.job) passed \(ask.job)")
            }
        }
    }

    // MARK: -

    private func id(_ number: Int) -> JobID { JobID(high: 0, low: UInt64(number)) }
    private func piece(_ cpu: Int64) -> Ask.Piece { Ask.Piece(Resources(cpu: cpu, memory: 1)) }

    private func ask(
        _ number: Int, _ queue: String = "default", priority: Int = 0, pieces: [Ask.Piece]? = nil
    ) -> Ask {
        Ask(job: id(number), queue: queue, priority: priority, units: [.init(pieces ?? [piece(1000)])])
    }

    private func snapshot(
        cpu: Int64, queues: [String: Int] = ["default": 0], queueCaps: [String: Caps] = [:], caps: Caps = Caps(),
        held: [String: Usage] = [:], asks: [Ask]
    ) -> Snapshot {
        let all = Resources(cpu: cpu, memory: 1 << 40, named: ["gpu": 8])
        let taken = held.values.reduce(Resources.none) { $0 + $1.resources }
        let settings = queues.sorted { $0.key < $1.key }.map { name, priority in
            var settings = QueueSettings(name: name)
            settings.priority = priority
            settings.caps = queueCaps[name] ?? Caps()
            return settings
        }
        return Snapshot(
            nodes: [.init(name: "node", allocatable: all, free: all - taken)], caps: caps, queues: settings, held: held,
            waiting: Dictionary(grouping: asks, by: \.queue).mapValues { $0.sorted { $0.precedes($1) } })
    }

    private func plan(
        cpu: Int64, queues: [String: Int] = ["default": 0], queueCaps: [String: Caps] = [:], caps: Caps = Caps(),
        held: [String: Usage] = [:], asks: [Ask]
    ) -> Plan {
        Scheduling.plan(
            snapshot(cpu: cpu, queues: queues, queueCaps: queueCaps, caps: caps, held: held, asks: asks),
            now: Moment(milliseconds: 0))
    }
}
