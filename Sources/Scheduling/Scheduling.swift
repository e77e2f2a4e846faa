public import JobModel

/// Who may start now.
///
/// Queues are served by their priority, jobs within a queue by theirs, then by the time they came. A job gets room for
/// its driver and its fewest executors together, all groups of it, or not at all. A job that waits for room which others
/// could take holds back everybody behind it, so that it gets its turn; one that waits for its own queue's cap holds back
/// that queue alone; one that could never fit holds back nobody.
///
/// Pure: the same snapshot gives the same plan.
public enum Scheduling {
    public static func plan(_ snapshot: Snapshot, now: Moment) -> Plan {
        var plan = Plan(madeAt: now)
        var room = Room(snapshot)
        let known = Dictionary(snapshot.queues.map { ($0.name, $0) }) { first, _ in first }
        var lanes: [Lane] = []
        for (queue, asks) in snapshot.waiting where !asks.isEmpty {
            guard let settings = known[queue] else {
                plan.blockedQueues[queue] = .noQueue(queue)
                continue
            }
            if let closed = room.path(of: queue).first(where: { $0.gate == .closed }) {
                plan.blockedQueues[queue] = .closed(queue: closed.name)
                continue
            }
            lanes.append(Lane(settings: settings, asks: asks))
        }
        while let index = lanes.indices.min(by: { lanes[$0].precedes(lanes[$1]) }) {
            let ask = lanes[index].first
            let (admission, wait) = admit(ask, &room)
            if let admission { plan.admissions.append(admission) }
            if let wait { plan.waits[ask.job] = wait }
            switch wait {
            case .cap(let shortage, let queue?)?:
                // Queues below the same one wait for the same cap, and find that out by themselves.
                plan.blockedQueues[ask.queue] = .behind(ask.job, .cap(shortage, queue: queue))
                lanes.remove(at: index)
                continue
            case .cap(let shortage, nil)?:
                plan.block = (ask.job, .cap(shortage, queue: nil))
                return plan
            case .room(let shortage)?:
                plan.block = (ask.job, .room(shortage))
                return plan
            default: break
            }
            if !lanes[index].advance() { lanes.remove(at: index) }
        }
        return plan
    }

    /// Why a job could never start, whatever ends: for refusing it when it is submitted. `nil` where it could.
    public static func impossibility(of ask: Ask, in snapshot: Snapshot) -> Wait? {
        let room = Room(snapshot)
        for unit in ask.units {
            if let wait = room.impossibility(of: unit.usage, unit.pieces, in: ask.queue) { return wait }
        }
        return nil
    }

    /// As many units as there is room for, and why there is none for the next.
    private static func admit(_ ask: Ask, _ room: inout Room) -> (Plan.Admission?, Wait?) {
        var admission = Plan.Admission(job: ask.job, units: 0, nodes: [])
        var wait: Wait?
        units: for unit in ask.units {
            let usage = unit.usage
            for _ in 0..<unit.count {
                wait = room.shortage(for: usage, unit.pieces, in: ask.queue)
                if wait != nil {
                    wait = room.impossibility(of: usage, unit.pieces, in: ask.queue) ?? wait
                    break units
                }
                admission.nodes.append(room.admit(usage, unit.pieces, in: ask.queue))
                admission.units += 1
            }
        }
        return (admission.units > 0 ? admission : nil, wait)
    }

    /// A queue's jobs while a plan is made.
    private struct Lane {
        let settings: QueueSettings
        let asks: [Ask]
        var next = 0

        var first: Ask { asks[next] }

        mutating func advance() -> Bool {
            next += 1
            return next < asks.count
        }

        func precedes(_ other: Lane) -> Bool {
            if settings.priority != other.settings.priority { return settings.priority > other.settings.priority }
            return first.precedes(other.first)
        }
    }
}
