/// The core over a simulated clock, disk, network and cluster, all of which a seed drives.
///
/// After FoundationDB (Zhou and others, SIGMOD 2021) and TigerBeetle: crashes between any two steps, answers that are
/// lost, late and doubled, disks that are slow and full, clocks that jump, drivers that die unseen, caps that change. What
/// must always be true is checked at every step; a seed that breaks it breaks it again.
public enum Simulation {
    public struct Outcome: Sendable {
        public let seed: UInt64
        /// What was not as it must be; empty where all was.
        public let faults: [String]
        /// What happened, a line each, where that was asked for.
        public let trace: [String]
        public let steps: Int
        public let jobs: Int
        public let drivers: Int
        /// How many times the server was started.
        public let starts: Int
    }

    public static func run(seed: UInt64, traced: Bool = false) -> Outcome {
        var world = World(seed: seed, isTraced: traced)
        world.run()
        return Outcome(
            seed: seed, faults: world.faults, trace: world.trace, steps: world.steps, jobs: world.submitted.count,
            drivers: world.provider.drivers.count, starts: Int(world.epoch))
    }
}
