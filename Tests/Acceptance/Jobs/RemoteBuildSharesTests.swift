import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A server that one tenant floods", .timeLimit(.minutes(5)))
struct RemoteBuildSharesTests {
    @Test("builds that lead to a server which drips for ever stop nobody else's, are bounded, and end in time")
    func flood() async throws {
        let dripping = try HTTPFixtureServer()
        dripping.onAnyOther { _ in
            HTTPReply(200, [UInt8](repeating: 32, count: 1 << 20), type: "text/html").with(\.drip, (20, 500))
        }
        let site = try await BuildServer(
            [WheelFixture("tool", "1.2").with(\.files, [("tool.py", Array("__version__ = '1.2'\n".utf8))])],
            "builds: {atOnce: 2, perTenant: 3, deadline: 25s}")
        let mob = try await site.token("eve", tenant: "mob")
        let ann = try await site.token("ann", tenant: "acme")
        // What is there is there for all that follows.
        let ready = try site.file("ready", "tool")
        let first = try await site.build(ready, token: mob)
        func flood(_ number: Int) async throws -> Command.Outcome {
            let recipe = try site.file(
                "flood\(number)", "demo", more: "  indexes: []\n  find-links: [\(dripping.url("/\(number)/"))]\n")
            return try await site.command(
                ["env", "build", recipe, "--server", site.server.url, "--json"], token: mob
            ).outcome()
        }
        try await withThrowingTaskGroup(of: (Int32, String).self) { group in
            for number in 0..<3 {
                group.addTask {
                    let outcome = try await flood(number)
                    return (outcome.status, outcome.text)
                }
            }
            while try await site.builds().count(where: { $0.state == "building" }) < 3 {
                try await Task.sleep(for: .milliseconds(50))
            }
            let more = try await flood(3)
            #expect(more.status == 5 && more.text.contains("the tenant mob has 3 builds"), "\(more.text)")
            #expect(more.text.contains("perTenant"), "\(more.text)")
            // Their own that is there, and anything of others.
            #expect(try await site.build(ready, token: mob).environment.id == first.environment.id)
            let other = try await site.build(try site.file("mine", "tool"), token: ann)
            #expect(other.build.state == "ready")
            #expect(try await site.builds().count { $0.state == "building" } == 3)
            for try await (status, text) in group {
                #expect(status == 13 && text.contains("was not built within 25"), "\(status): \(text)")
            }
        }
        #expect(try await site.builds().count { $0.state == "failed" && $0.category == "timedOut" } == 3)
        dripping.stop()
    }
}
