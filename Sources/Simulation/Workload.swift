internal import EnvironmentSupply
internal import JobEngine
internal import JobModel

/// What simulated people submit: jobs of every kind there is.
struct Workload {
    static let queues = ["default", "science", "science.training"]

    /// - Parameter earlier: jobs that a new one may depend on.
    static func request(_ random: inout SeededGenerator, earlier: [JobID]) -> JobRequest {
        var request = JobRequest()
        request.queue = random.pick(queues)
        request.priority = random.number(0...2)
        request.task.file = "main.py"
        request.retry.attempts = random.number(1...3)
        request.retry.backoff = Int64(random.number(1...4)) * 1000
        request.stopGrace = Int64(random.number(0...3)) * 1000
        request.suspend = random.chance(50)
        if random.chance(200) { request.deadline = Int64(random.number(2...40)) * 1000 }
        if random.chance(300) { request.task.environment = random.pick(["pandas", "torch"]) }
        if random.chance(150), !earlier.isEmpty {
            request.dependencies = [
                Dependency(job: random.pick(earlier).description, on: random.pick(Dependency.Condition.allCases))
            ]
        }
        switch random.below(10) {
        case 0...1: request.array = ArrayRequest(count: random.number(1...6), parallelism: random.number(1...3))
        case 2...3: request.groups = groups(&random)
        case 4 where random.chance(400):
            request.isEndless = true
            request.deadline = nil
        default: break
        }
        return request
    }

    private static func groups(_ random: inout SeededGenerator) -> [TaskGroup] {
        var groups: [TaskGroup] = []
        for name in ["ps", "worker", "launcher"].prefix(random.number(1...3)) {
            var group = TaskGroup(name: name)
            group.replicas = random.number(1...3)
            group.minimumAvailable = random.chance(500) ? random.number(1...group.replicas) : nil
            group.priority = random.number(0...1)
            group.task.file = "main.py"
            group.onFailure = random.pick(TaskGroup.FailureRule.allCases)
            group.completesJob = random.chance(200)
            if let before = groups.last, random.chance(500) {
                group.after = [.init(group: before.name, until: random.pick(TaskGroup.Milestone.allCases))]
            }
            groups.append(group)
        }
        return groups
    }

    /// What a simulated task needs.
    static func demand(_ random: inout SeededGenerator) -> TaskDemand {
        let driver = Resources(cpu: Int64(random.number(1...4)) * 500, memory: Int64(random.number(1...4)) << 30)
        guard random.chance(300) else { return TaskDemand(driver: driver) }
        return TaskDemand(
            driver: driver, executors: random.number(1...3), executor: Resources(cpu: 500, memory: 1 << 30))
    }

    static func settings(_ random: inout SeededGenerator) -> Settings {
        var settings = Settings()
        if random.chance(500) { settings.caps.drivers = random.number(0...6) }
        if random.chance(300) { settings.caps.cpu = Int64(random.number(0...12)) * 1000 }
        settings.queues = queues.map { name in
            var queue = QueueSettings(name: name)
            queue.priority = random.number(0...1)
            if random.chance(300) { queue.caps.drivers = random.number(0...3) }
            if random.chance(100) { queue.gate = random.pick(QueueSettings.Gate.allCases) }
            return queue
        }
        return settings
    }

    /// Nothing stands in anybody's way.
    static var openSettings: Settings {
        var settings = Settings()
        settings.queues = queues.map { QueueSettings(name: $0) }
        return settings
    }
}
