import Contracts
import Testing

@Suite("drivers on this machine keep the contract", .timeLimit(.minutes(1)))
struct ContractTests {
    @Test("it holds", arguments: DriverContract.claims)
    func claim(claim: Claim<any DriverStage>) async throws {
        try await claim.check(LocalStage())
    }
}
