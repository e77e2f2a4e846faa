import GRDB
import JobModel
import JobSupport
import SystemPackage
import Testing

@testable import JobStore

@Suite("query plans")
struct QueryPlanTests {
    /// Every question that a list, a page or the engine asks, whatever the filter: there are no others.
    static let questions: [String] =
        [
            JobSearch.runsText, JobSearch.createdText, FacetReader.facetText, TextReader.bucketText,
            TextReader.wordsText,
            JobRow.byNumber, JobRow.byID, JobRow.byKey, TransitionRows.byJob, AttemptRows.byJob, MessageRows.afterText,
            JobStore.unfinishedText, JobStore.outlivedText, JobStore.endedText,
        ]
        + [
            AuditFilter(tenants: nil), AuditFilter(tenants: ["a"]), AuditFilter(tenants: ["a", "b"]),
        ].flatMap { filter in
            var (actor, subject) = (filter, filter)
            actor.actor = .user("a")
            subject.subject = "s"
            return [filter, actor, subject].map { AuditRows.text(for: $0) }
        }

    @Test("no question scans a table or sorts", arguments: questions)
    func plans(sql: String) async throws {
        let scratch = try ScratchJobs()
        try await scratch.withStore { _ = try await $0.submit(Job.sample()) }
        let queue = try DatabaseQueue(path: scratch.folder.appending("jobs.sqlite").string)
        let plan = try await queue.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
            statement.setUncheckedArguments([])
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
        #expect(!plan.isEmpty)
        for step in plan {
            #expect(!step.hasPrefix("SCAN") && !step.contains("TEMP B-TREE"), "\(step)\n\(sql)")
        }
    }

    @Test("what a filter asks for is a lookup for each run")
    func requirements() {
        #expect(JobFilter(.everything).requirements == [[.all]])
        var filter = JobFilter(Audience(tenants: ["acme"], queues: ["science"]))
        filter.states = [.running]
        filter.queue = .within("science.training")
        filter.user = "ann"
        filter.labels = ["schema": "sales"]
        filter.environment = "e"
        #expect(
            Set(filter.requirements) == [
                [.tenant("acme")], [.branch("science")], [.state(.running)], [.branch("science.training")],
                [.user("ann")],
                [.label("schema", "sales")], [.environment("e")],
            ])
    }
}
