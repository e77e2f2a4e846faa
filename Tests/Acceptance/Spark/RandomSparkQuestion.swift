import JobModel
import TestSupport

/// Makes up configurations of everything that says something of resources, now and then with a value that is wrong.
struct RandomSparkQuestion {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xD1B5_4A32_D192_ED03 }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 11) % UInt64(bound))
    }

    private mutating func chance(_ percent: Int) -> Bool { next(100) < percent }
    private mutating func pick<Item>(_ items: [Item]) -> Item { items[next(items.count)] }

    mutating func question() -> SparkQuestion {
        var question = SparkQuestion(pick(SparkLanguage.allCases), pick(SparkDeployMode.allCases), [:])
        for role in ["driver", "executor"] {
            maybe(60, &question, "\(role).memory") { $0.size() }
            maybe(20, &question, "\(role).memoryOverhead") { $0.overhead(role) }
            maybe(30, &question, "\(role).memoryOverheadFactor") { $0.factor() }
            maybe(20, &question, "\(role).minMemoryOverhead") { $0.size() }
            maybe(40, &question, "\(role).cores") { "\(1 + $0.next(16))" }
            let cores = question.settings["spark.\(role).cores"].flatMap { Int($0) } ?? 1
            var request = cores * 1000
            if chance(35) {
                request = next(20_000)
                question.settings["spark.kubernetes.\(role).request.cores"] = quantity(request)
            }
            maybe(20, &question, "kubernetes.\(role).limit.cores") { $0.quantity(request + $0.next(4000)) }
            for resource in ["gpu", "fpga"] where chance(8) {
                question.settings["spark.\(role).resource.\(resource).amount"] = "\(next(9))"
                question.settings["spark.\(role).resource.\(resource).vendor"] = pick(["nvidia.com", "amd.com"])
            }
        }
        maybe(25, &question, "kubernetes.memoryOverheadFactor") { $0.chance(20) ? "0" : $0.factor() }
        maybe(40, &question, "executor.pyspark.memory") { $0.size() }
        maybe(35, &question, "memory.offHeap.size") { $0.size(standard: 1 << 20) }
        if question.settings["spark.memory.offHeap.size"] != nil {
            maybe(60, &question, "memory.offHeap.enabled") { $0.pick(["true", "true", "True", "false"]) }
        }
        if question.deployMode == .client {
            maybe(40, &question, "kubernetes.resource.type") { $0.pick(["python", "java", "r"]) }
        }
        let cores = question.settings["spark.executor.cores"].flatMap { Int($0) } ?? 1
        maybe(15, &question, "task.cpus") { "\(1 + $0.next(cores))" }
        maybe(40, &question, "executor.instances") { "\(1 + $0.next(50))" }
        maybe(40, &question, "dynamicAllocation.enabled") { $0.pick(["true", "true", "TRUE", "false"]) }
        maybe(40, &question, "dynamicAllocation.minExecutors") { "\($0.next(20))" }
        maybe(25, &question, "dynamicAllocation.initialExecutors") { "\($0.next(40))" }
        maybe(30, &question, "dynamicAllocation.maxExecutors") { "\(20 + $0.next(100))" }
        if chance(15), let name = question.settings.keys.sorted().randomElement(using: &self) {
            question.settings[name] = pick([
                "", "0", "-1", "-5m", "1.5", "1.5g", "2x", "much", " 3 ", "3 0", "1e2", "NaN", "true", "007", "+4",
                "99999999999", "500m", "12p", "${spark.executor.cores}", "${spark.none}", "${spark.task.cpus}g",
            ])
        }
        return question
    }

    private mutating func maybe(
        _ percent: Int, _ question: inout SparkQuestion, _ name: String, _ value: (inout Self) -> String
    ) {
        if chance(percent) { question.settings["spark.\(name)"] = value(&self) }
    }

    /// Up to about 128 GiB.
    ///
    /// - Parameter standard: bytes of a number's unit where none is written.
    private mutating func size(standard: Int = 1) -> String {
        switch next(6) {
        case 0: "\((1 + next(131_072)) * standard)"
        case 1: "\(1 + next(128))\(pick(["g", "G", "gb"]))"
        case 2: "\(1 + next(131_072))\(pick(["m", "M", "mb"]))"
        case 3: "\(1 + next(134_217_728))\(pick(["k", "kb"]))"
        case 4: "\(1 + next(137_438_953_472))b"
        default: "\(pick([256, 384, 512, 959, 960, 961, 962, 1000, 1024, 3839, 3840, 3849, 3850]))m"
        }
    }

    private mutating func overhead(_ role: String) -> String {
        chance(10) ? "${spark.\(role).memory}" : chance(10) ? "0" : size()
    }

    private mutating func factor() -> String {
        switch next(4) {
        case 0:
            pick([
                "0.1", "0.2", "0.25", "0.3", "0.4", "0.5", "0.07", "0.29", "0.57", "0.7", "1", "1.1", ".15", "2.",
                "1e-1",
            ])
        case 1: "0.\(1 + next(99))"
        case 2: "0.0\(1 + next(999))"
        default: "\(next(3)).\(1 + next(99_999))"
        }
    }

    /// Thousandths of a core in one of the ways to write them.
    private mutating func quantity(_ thousandths: Int) -> String {
        switch next(5) {
        case 0 where thousandths % 1000 == 0: return "\(thousandths / 1000)"
        case 0, 1: return "\(thousandths)m"
        case 2: return "\(thousandths * 1000)u"
        case 3: return "\(thousandths)e-3"
        default:
            let rest = String(1000 + thousandths % 1000).dropFirst()
            return "\(thousandths / 1000).\(rest)"
        }
    }
}

extension RandomSparkQuestion: RandomNumberGenerator {
    mutating func next() -> UInt64 { UInt64(next(1 << 32)) << 32 | UInt64(next(1 << 32)) }
}
