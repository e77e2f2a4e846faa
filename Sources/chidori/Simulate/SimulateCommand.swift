internal import ArgumentParser
internal import Diagnostics
internal import Glibc
internal import JSONDocument
internal import Simulation
internal import Workers

/// `chidori simulate`: the core over a world that a seed drives.
struct SimulateCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the core over simulated clocks, disks, networks and drivers that fail.",
        usage: "chidori simulate [--seed <n> | --count <n>] [<options>]",
        discussion: """
            A seed decides everything: when the server dies, which answers are lost, late or doubled, what drivers do. The \
            same seed gives the same world. What must always be true is looked at after every step.

            Examples:
              chidori simulate --count 10000
              chidori simulate --seed 1234
            """)

    @Option(name: .long, help: ArgumentHelp("The one seed to play, telling what happens.", valueName: "n"))
    var seed: UInt64?

    @Option(name: .long, help: ArgumentHelp("How many seeds to play.", valueName: "n"))
    var count: UInt64 = 1000

    @Option(name: .long, help: ArgumentHelp("The first of them.", valueName: "n"))
    var from: UInt64 = 0

    @OptionGroup var speaking: SpeakingOptions

    var output: Output { speaking.output }

    func validate() throws {
        if count < 1 { throw ValidationError("--count takes a number from 1 up") }
        if from.addingReportingOverflow(count).overflow { throw ValidationError("--from is too high for --count") }
    }

    func answer() async throws -> Answer {
        if let seed { play(seed) } else { try await playMany() }
    }

    /// One world, told step by step.
    private func play(_ seed: UInt64) -> Answer {
        let outcome = Simulation.run(seed: seed, traced: true)
        let verdict =
            outcome.faults.isEmpty
            ? "Seed \(seed): everything was as it must be, over \(counted(outcome.steps, "step"))"
            : "Seed \(seed) is broken: \(outcome.faults.joined(separator: "; "))"
        return Answer(
            [
                "seed": JSON(seed), "faults": JSON(outcome.faults), "trace": JSON(outcome.trace),
                "steps": JSON(outcome.steps),
            ], text: outcome.trace.joined(separator: "\n"), remarks: [verdict],
            finding: outcome.faults.isEmpty ? nil : .internalFault)
    }

    private func playMany() async throws -> Answer {
        let block: UInt64 = 250
        let blocks = stride(from: from, to: from + count, by: Int(block)).map(\.self)
        let last = from + count
        let outcomes = try await Workers(count: sysconf(Int32(_SC_NPROCESSORS_ONLN))).map(blocks) { first in
            (first..<min(first + block, last)).reduce(into: Tally()) { $0.add(Simulation.run(seed: $1)) }
        }
        let tally = outcomes.reduce(into: Tally()) { $0.add($1) }
        let broken = tally.broken.map { "Seed \($0.seed): \($0.fault)" }
        let sum =
            "\(counted(tally.worlds, "world")): \(counted(tally.jobs, "job")), \(counted(tally.drivers, "driver")), "
            + "\(counted(tally.starts, "start")) of the server, \(counted(tally.steps, "step"))"
        return Answer(
            [
                "worlds": JSON(tally.worlds), "jobs": JSON(tally.jobs), "drivers": JSON(tally.drivers),
                "starts": JSON(tally.starts), "steps": JSON(tally.steps),
                "broken": .array(tally.broken.map { ["seed": JSON($0.seed), "fault": .string($0.fault)] }),
            ],
            remarks: [sum] + broken.prefix(20)
                + (broken.isEmpty
                    ? ["Everything was as it must be"]
                    : ["\(counted(broken.count, "seed")) broken; `chidori simulate --seed N` tells what happens"]),
            finding: broken.isEmpty ? nil : .internalFault)
    }

    /// What many worlds come to.
    private struct Tally: Sendable {
        var worlds = 0
        var jobs = 0
        var drivers = 0
        var starts = 0
        var steps = 0
        var broken: [(seed: UInt64, fault: String)] = []

        mutating func add(_ outcome: Simulation.Outcome) {
            worlds += 1
            jobs += outcome.jobs
            drivers += outcome.drivers
            starts += outcome.starts
            steps += outcome.steps
            if let fault = outcome.faults.first { broken.append((outcome.seed, fault)) }
        }

        mutating func add(_ other: Tally) {
            worlds += other.worlds
            jobs += other.jobs
            drivers += other.drivers
            starts += other.starts
            steps += other.steps
            broken += other.broken
        }
    }
}
