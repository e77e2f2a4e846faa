import Diagnostics
import Documents
import JSONDocument
import JobAPI
import JobModel
import Testing

@Suite("The words of the API")
struct APIShapeTests {
    private func read<Model>(_ json: JSON, _ shape: Shape<Model>) throws(DocumentError) -> Model {
        try shape.value(of: SourceNode(json), in: "body")
    }

    @Test("a problem keeps its mistakes, and names its kind")
    func problem() throws {
        var problem = Problem(422, "invalid", title: "Wrong", detail: "a: is b", subject: "a", advice: "c")
        problem.mistakes = [.init(at: "groups[1].file", code: "missingKey", message: "is missing", advice: "name it")]
        problem.request = "r"
        let json = Problem.shape.json(problem)
        #expect(json.fields?["type"] == "urn:chidori:problem:invalid")
        #expect(try read(json, Problem.shape) == problem)
    }

    @Test("a query has its values one by one or with commas")
    func query() throws {
        let query = try read(["state": "queued,running", "label": ["a=1", "b=2,3"]], JobQuery.shape)
        #expect(query.states == [.queued, .running] && query.labels == ["a=1", "b=2,3"])
        #expect(throws: DocumentError.self) { try read(["label": "a"], JobQuery.shape) }
        #expect(throws: DocumentError.self) { try read(["state": "queued,,x"], JobQuery.shape) }
    }

    @Test("an environment is asked for in one way", arguments: [[:], ["name": "a", "lock": "b"]] as [JSON])
    func environmentOrder(json: JSON) {
        #expect(throws: DocumentError.self) { try read(json, EnvironmentOrder.shape) }
    }

    @Test("answers are read back as they were written")
    func answers() throws {
        let wait = WaitReport(
            state: .queued, reason: "cap", message: "m", position: 0, decidedAt: Moment(milliseconds: 5))
        #expect(try read(WaitReport.shape.json(wait), WaitReport.shape) == wait)

        var queue = QueueReport(QueueSettings(name: "a"), jobs: ["queued": 3])
        queue.settings.caps = Caps(drivers: 1)
        let queues = ItemList([queue])
        #expect(try read(QueueReport.listShape.json(queues), QueueReport.listShape) == queues)

        var token = TokenReport()
        (token.id, token.name, token.user, token.tenant) = ("i", "n", "u", "t")
        token.roles = [RoleGrant(.operator, queue: "q"), RoleGrant(.viewer)]
        token.expiresAt = Moment(milliseconds: 7)
        #expect(try read(TokenReport.shape.json(token), TokenReport.shape) == token)

        var order = TokenOrder()
        (order.name, order.user, order.roles, order.lifetime) = ("n", "u", [RoleGrant(.admin)], 90_000)
        #expect(try read(TokenOrder.shape.json(order), TokenOrder.shape) == order)

        var build = BuildReport()
        (build.id, build.state, build.environment) = ("b", .failed, "e")
        #expect(try read(BuildReport.shape.json(build), BuildReport.shape) == build)

        let step = Transition(
            job: JobID(high: 1, low: 2), number: 3, at: Moment(milliseconds: 4), from: .queued, to: .admitted,
            reason: "r", message: "m", actor: .system("scheduler"))
        let event = JobEvent(step, tenant: "t", user: "u", queue: "q")
        #expect(try read(JobEvent.shape.json(event), JobEvent.shape) == event)
    }
}
