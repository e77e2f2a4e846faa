import Simulation
import Testing

@Suite("A simulated server")
struct SimulationTests {
    @Test("keeps its promises, whatever happens", arguments: 0..<20)
    func seeds(block: UInt64) {
        for seed in block * 25..<(block + 1) * 25 {
            let outcome = Simulation.run(seed: seed)
            #expect(outcome.faults.isEmpty, "seed \(seed): \(outcome.faults.prefix(3))")
        }
    }

    @Test("keeps them where it once did not", arguments: [9602, 9890, 13_119, 18_454, 233_772])
    func broken(seed: UInt64) {
        let outcome = Simulation.run(seed: seed)
        #expect(outcome.faults.isEmpty, "seed \(seed): \(outcome.faults.prefix(3))")
    }

    @Test("does the same again for the same seed")
    func repeatable() {
        for seed: UInt64 in [3, 77, 1234] {
            #expect(Simulation.run(seed: seed, traced: true).trace == Simulation.run(seed: seed, traced: true).trace)
        }
    }
}
