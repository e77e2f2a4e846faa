internal import JobModel
internal import Scheduling

/// What a job asks for next.
extension LiveJob {
    /// A unit of admission, and which tasks each of its repetitions is for.
    struct TaskUnit {
        var unit: Ask.Unit
        var tasks: [[Int]]
    }

    /// Whether everything that it waits for beside room has come about.
    var mayStart: Bool {
        shape.dependencies.allSatisfy { dependency in
            guard let id = JobID(dependency.job), let state = dependencies[id] else { return false }
            return state.isFinal
        }
    }

    /// The gang first: what must have room together. Then single tasks, those of groups with higher priority before.
    var units: [TaskUnit] {
        var taken: Set<Int> = []
        var units: [TaskUnit] = []
        let eligible = shape.groups.indices.filter { mayAsk($0) }
        let gangs = eligible.map { gang(of: $0) }
        if state == .queued {
            let all = gangs.flatMap { $0 }
            if !all.isEmpty { units.append(unit(all)) }
            taken.formUnion(all)
        } else {
            for gang in gangs where gang.count > 1 {
                units.append(unit(gang))
                taken.formUnion(gang)
            }
        }
        for group in eligible.sorted(by: { (-shape.groups[$0].priority, $0) < (-shape.groups[$1].priority, $1) }) {
            let members = tasks.indices.filter { tasks[$0].group == group }
            let busy = members.filter { tasks[$0].holdsRoom || taken.contains($0) }.count
            let free = members.filter { tasks[$0].status == .pending && !taken.contains($0) }
                .prefix(max(0, shape.groups[group].parallelism - busy))
            guard !free.isEmpty else { continue }
            units.append(
                TaskUnit(
                    unit: Ask.Unit(shape.groups[group].demand.pieces, count: free.count), tasks: free.map { [$0] }))
        }
        return units
    }

    private func unit(_ members: [Int]) -> TaskUnit {
        TaskUnit(unit: Ask.Unit(members.flatMap { demand(of: tasks[$0]).pieces }), tasks: [members])
    }

    /// Whether the groups that must have succeeded before this one have.
    private func mayAsk(_ group: Int) -> Bool {
        shape.groups[group].after.allSatisfy { $0.until == .running || isReached($0) }
    }

    /// The tasks of a group that must have room together: as many as its minimum lacks, none where the group has begun.
    private func gang(of group: Int) -> [Int] {
        let members = tasks.indices.filter { tasks[$0].group == group }
        let done = members.filter { tasks[$0].status == .succeeded || tasks[$0].holdsRoom }.count
        return Array(members.filter { tasks[$0].status == .pending }.prefix(max(0, shape.groups[group].minimum - done)))
    }

    /// Whether what a group waits for can never come about: too many of the tasks failed.
    func isUnreachable(_ order: TaskGroup.Order) -> Bool {
        guard let number = shape.groups.firstIndex(where: { $0.name == order.group }) else { return false }
        let failed = tasks.filter { $0.group == number && $0.isFinal && $0.status != .succeeded }.count
        return order.until == .succeeded
            ? failed > 0 : failed > shape.groups[number].replicas - shape.groups[number].minimum
    }

    /// Whether what a group waits for has come about.
    func isReached(_ order: TaskGroup.Order) -> Bool {
        guard let number = shape.groups.firstIndex(where: { $0.name == order.group }) else { return true }
        let members = tasks.filter { $0.group == number }
        switch order.until {
        case .succeeded: return members.allSatisfy { $0.status == .succeeded }
        case .running:
            let running = members.filter { $0.status == .succeeded || $0.attempt?.state == .running }.count
            return running >= shape.groups[number].minimum
        }
    }
}
