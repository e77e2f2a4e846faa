import JobModel
import TestSupport

/// Requests of every kind, as a generator's whims have them; all of them keep the rules.
struct RandomRequest {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed) }

    mutating func next() -> JobRequest {
        var request = JobRequest()
        request.name = maybe { $0.text(1...40) }
        request.queue = pick(["default", "science", "science.training", "a.b-c.d_e", "7"])
        request.priority = Int.random(in: -1_000_000_000...1_000_000_000, using: &generator)
        request.labels = texts(["schema", "table", "a/b", "x.y-z"])
        request.task = task(hasProgram: true)
        request.dependencies = some { random in
            Dependency(
                job: JobID(high: random.generator.next(), low: random.generator.next()).description,
                on: random.pick(Dependency.Condition.allCases))
        }
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: request.groups = groups()
        case 1:
            let count = Int.random(in: 1...10_000, using: &generator)
            request.array = ArrayRequest(count: count, parallelism: maybe { $0.number(1...10_000) })
        default: break
        }
        request.retry.attempts = number(1...1000)
        request.retry.backoff = number(0...604_800_000)
        request.retry.longestBackoff = number(0...604_800_000)
        request.retry.reasons = Set(
            some {
                $0.pick([EndReason.error, .signal, .outOfMemory, .deadlineExceeded, .cpuExceeded, .lost, .preempted])
            })
        request.retry.infrastructuralAttempts = number(0...1000)
        request.timeToLive = maybe { $0.number(0...31_622_400_000) }
        request.suspend = Bool.random(using: &generator)
        request.isEndless = Bool.random(using: &generator)
        if !request.isEndless { request.deadline = maybe { $0.number(1000...31_622_400_000) } }
        request.stopGrace = number(0...3_600_000)
        request.idempotencyKey = maybe { $0.text(1...60) }
        return request
    }

    private mutating func groups() -> [TaskGroup] {
        let names = ["a", "workers", "parameter-server", "3d"].shuffled(using: &generator)
        let used = names.prefix(number(1...4))
        return used.enumerated().map { index, name in
            var group = TaskGroup(name: name)
            group.replicas = number(1...2000)
            group.minimumAvailable = maybe { $0.number(1...group.replicas) }
            group.priority = number(-100...100)
            group.after = used[..<index].filter { _ in Bool.random(using: &generator) }.map {
                TaskGroup.Order(group: $0, until: pick(TaskGroup.Milestone.allCases))
            }
            group.onFailure = pick(TaskGroup.FailureRule.allCases)
            group.completesJob = Bool.random(using: &generator)
            group.task = task(hasProgram: Bool.random(using: &generator))
            return group
        }
    }

    private mutating func task(hasProgram: Bool) -> TaskTemplate {
        var task = TaskTemplate()
        switch hasProgram ? number(0...2) : 3 {
        case 0: task.file = text(1...40)
        case 1: (task.file, task.mainClass) = ("s3a://jars/a.jar", "com.example.Main")
        case 2: task.command = ["run"] + some { $0.text(0...10) }
        default: break
        }
        task.arguments = some { $0.text(0...30) }
        if task.command.isEmpty { task.spark = maybe { Bool.random(using: &$0.generator) } }
        task.pyFiles = some { $0.text(1...20) }
        task.jars = some { $0.text(1...20) }
        task.files = some { $0.text(1...20) }
        task.archives = some { $0.text(1...20) }
        task.conf = texts(["spark.a", "spark.sql.shuffle.partitions", "x"])
        task.variables = texts(["TZ", "_a", "LANG"])
        if Bool.random(using: &generator) {
            task.environment = maybe { $0.text(1...30) }
        } else {
            task.recipe = maybe { "name: a\n" + $0.text(1...200) }
        }
        task.driver.size = maybe { $0.pick(["small", "large"]) }
        task.driver.cpu = maybe { $0.number(1...4_096_000) }
        task.driver.memory = maybe { $0.number(1 << 20...1 << 46) }
        task.driver.accelerators = maybe { ["gpu": $0.number(0...8), "a.b": 1] } ?? [:]
        task.executors.instances = maybe { $0.number(0...100_000) }
        task.executors.cores = maybe { $0.number(1...64) }
        task.executors.memory = maybe { $0.number(1 << 20...1 << 46) }
        task.executors.minimum = maybe { $0.number(0...10) }
        task.executors.maximum = maybe { $0.number(10...100) }
        task.volumes = some {
            VolumeMount(
                name: $0.pick(["data", "out"]), path: "/" + $0.text(1...10),
                isReadOnly: Bool.random(using: &$0.generator))
        }
        task.credentials = some { $0.pick(["lake", "warehouse"]) }
        task.locality = some { $0.text(1...20) }
        return task
    }

    // MARK: Whims

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    private mutating func number<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value {
        .random(in: range, using: &generator)
    }

    private mutating func maybe<Value>(_ make: (inout Self) -> Value) -> Value? {
        Bool.random(using: &generator) ? make(&self) : nil
    }

    private mutating func some<Value>(_ make: (inout Self) -> Value) -> [Value] {
        Bool.random(using: &generator) ? [] : (0..<number(1...3)).map { _ in make(&self) }
    }

    private mutating func texts(_ names: [String]) -> [String: String] {
        var texts: [String: String] = [:]
        for name in names where Bool.random(using: &generator) { texts[name] = text(0...20) }
        return texts
    }

    private mutating func text(_ length: ClosedRange<Int>) -> String {
        let letters: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "-", "\"", "\\", "\n", "\t", "é", "鳥", "🐦", "/", "{", ":", "~",
        ]
        var text = ""
        for _ in 0..<number(length) { text.unicodeScalars.append(pick(letters)) }
        return text
    }
}
