import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "The API, by its own description", .timeLimit(.minutes(30)),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct APIContractTests {
    /// Judges every operation by requests that it makes up from the description. Two of its checks are left out: that
    /// requests which fit the schema are taken (a schema cannot say that `tail` excludes `from`), and that those which do
    /// not are refused (`null` is as good as leaving a key out).
    @Test("Schemathesis finds no answer that is not described, no fault of the server's, and nothing without a token")
    func schemathesis() async throws {
        let server = try await RunningServer()
        // What is submitted is kept and waits, so that thousands of jobs run nothing.
        try await server.output(["caps", "set", "--drivers", "1"])
        let blocker = try await server.submit("--command", "sleep", "3600")
        let token = try String(contentsOfFile: server.data.appending("admin.token").string, encoding: .utf8)
        let outcome = try await Command(
            Peer.cache.appending("peers/bin/schemathesis").string,
            [
                "run", "\(server.url)/openapi.json", "--header",
                "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))",
                "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "30", "--request-timeout", "40",
                // Some streams never end; what is in them is `EventTests`' to see.
                "--exclude-path-regex", "/events$",
                "--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--no-color",
            ], in: server.scratch.path
        ).outcome()
        #expect(outcome.status == 0, Comment(rawValue: outcome.text.suffix(20_000) + outcome.errorText))
        #expect(try await server.show(blocker).job.state == "running")
    }
}
