import ChidoriClient
import HTTPServer
import JobAPI
import JobModel
import JobStore
import ServerSupport
import TestSupport
import Testing
import Transfer

@Suite("The client of a server")
struct ClientTests {
    private func client(
        _ server: TestServer, token: String? = nil, patience: Duration = .seconds(2)
    ) throws -> ChidoriClient {
        try ChidoriClient(
            try ResourceURL(server.url), token: token ?? server.admin, patience: patience, options: TransferOptions())
    }

    private func request(_ change: (inout JobRequest) -> Void = { _ in }) -> JobRequest {
        var request = JobRequest()
        request.task.file = "a.py"
        change(&request)
        return request
    }

    @Test("submits a job with a key of its own, and reads back what became of it")
    func submitting() async throws {
        try await TestServer.with { server in
            let client = try client(server)
            let (job, isNew) = try await client.submit(request { $0.labels = ["schema": "é=&?/ #"] })
            #expect(isNew && job.request.idempotencyKey?.hasPrefix("client-") == true)
            #expect(try await client.job(job.id) == job)
            let again = try await client.submit(job.request)
            #expect(!again.isNew && again.job.id == job.id)
            var query = JobQuery()
            query.schema = "é=&?/ #"
            query.states = [.accepted, .running]
            #expect(try await client.jobs(query).jobs == [job])
            query.schema = "é"
            #expect(try await client.jobs(query).jobs == [])
        }
    }

    @Test("an answer that was lost makes no second job")
    func lostAnswer() async throws {
        try await TestServer.with { server in
            let between = try Between(port: server.port)
            let client = try ChidoriClient(
                try ResourceURL(between.url), token: server.admin, patience: .seconds(10), options: TransferOptions())
            between.loseAnswers(2)
            let (job, isNew) = try await client.submit(request())
            #expect(!isNew)
            #expect(try await server.store.page(JobFilter(.everything)).jobs.map(\.id) == [job.id])
        }
    }

    @Test("steers jobs and sees their history")
    func steering() async throws {
        try await TestServer.with { server in
            let client = try client(server)
            let id = try await client.submit(request()).job.id
            #expect(try await client.command(.suspend, id, message: "later").state == .suspended)
            #expect(try await client.command(.resume, id).state == .queued)
            let error = await #expect(throws: ChidoriClientError.self) { try await client.command(.resume, id) }
            #expect(error?.problem?.code == "refused" && error?.category == .badInput)
            #expect(try await client.command(.kill, id).state == .killed)
            #expect(try await client.command(.kill, id).state == .killed)
            let steps = try await client.history(of: id)
            #expect(steps.map(\.to) == [.accepted, .suspended, .queued, .killed])
            #expect(steps[1].message == "later" && steps[1].actor == .user("root"))
            #expect(try await client.attempts(of: id) == [])
            #expect(try await client.audit(of: id).map(\.action).last == "job.submit")
            #expect(try await client.wait(of: id).state == .killed)
        }
    }

    @Test("waits for a change, also while the server is away")
    func waiting() async throws {
        try await TestServer.with { server in
            let between = try Between(port: server.port)
            let client = try ChidoriClient(
                try ResourceURL(between.url), token: server.admin, patience: .seconds(20), options: TransferOptions())
            let id = try await client.submit(request()).job.id
            let known = try await client.tagged(id)
            async let next = client.change(of: known)
            try await Task.sleep(for: .milliseconds(50))
            between.breakAll()
            try await server.core.move(id, .queued)
            #expect(try await next?.job.state == .queued)
        }
    }

    @Test("follows a log over attempts and breaks, and loses and doubles nothing")
    func following() async throws {
        try await TestServer.with { server in
            let between = try Between(port: server.port)
            let client = try ChidoriClient(
                try ResourceURL(between.url), token: server.admin, patience: .seconds(20), options: TransferOptions())
            let id = try await client.submit(request()).job.id
            let (seen, see) = AsyncStream.makeStream(of: Void.self)
            let printing = Task {
                for number in 1...2 {
                    let attempt = AttemptID(task: TaskID(job: id), number: number)
                    try await server.core.begin(attempt)
                    for line in 0..<5 {
                        server.core.print("\(number).\(line)\n", attempt)
                        // What was over before anybody looked is not followed.
                        if number == 1, line == 0 { for await _ in seen { break } }
                        try await Task.sleep(for: .milliseconds(30))
                        if line == 2 { between.breakAll() }
                    }
                    server.core.end(attempt)
                }
                try await server.core.move(id, .queued, .admitted, .starting, .running, .succeeded)
            }
            var text = ""
            try await client.follow(id, LogQuery()) {
                text += String(decoding: $0, as: UTF8.self)
                see.yield()
            }
            try await printing.value
            #expect(text == (1...2).flatMap { number in (0..<5).map { "\(number).\($0)\n" } }.joined())

            var query = LogQuery()
            (query.tail, query.attempt) = (2, 1)
            text = ""
            try await client.follow(id, query) { text += String(decoding: $0, as: UTF8.self) }
            #expect(text == "1.3\n1.4\n")
        }
    }

    @Test("sets queues and caps, and does not write over another's")
    func settings() async throws {
        try await TestServer.with { server in
            let client = try client(server)
            var queue = QueueSettings(name: "science.x")
            queue.caps.drivers = 3
            #expect(try await client.set(queue).settings == queue)
            let known = try await client.queue("science.x")
            queue.priority = 9
            try await client.set(queue, ifMatches: known.tag)
            let error = await #expect(throws: ChidoriClientError.self) {
                try await client.set(queue, ifMatches: known.tag)
            }
            #expect(error?.problem?.status == 412)
            #expect(try await client.queues().map(\.settings.name) == ["default", "science.x"])
            try await client.removeQueue("science.x")
            let caps = try await client.caps()
            #expect(try await client.set(Caps(cpu: 1500), ifMatches: caps.tag) == Caps(cpu: 1500))
            #expect(try await client.sizes() == DriverSize.standard)
            let cluster = try await client.cluster()
            #expect(cluster.nodes.map(\.name) == ["here"])
            #expect(cluster.use?.drivers == 1 && cluster.use?.resources.cpu == 1000)
        }
    }

    @Test("makes tokens that work, and revokes them")
    func tokens() async throws {
        try await TestServer.with { server in
            let admin = try client(server)
            var order = TokenOrder()
            (order.name, order.user, order.roles) = ("a/b c", "ann", [RoleGrant(.viewer)])
            let made = try await admin.makeToken(order)
            let ann = try client(server, token: made.token)
            #expect(try await ann.jobs(JobQuery()).jobs == [])
            let error = await #expect(throws: ChidoriClientError.self) { try await ann.submit(request()) }
            #expect(error?.problem?.status == 403)
            try await admin.revokeToken(made.id)
            let gone = await #expect(throws: ChidoriClientError.self) { try await ann.jobs(JobQuery()) }
            #expect(gone?.problem?.status == 401 && gone?.advice?.contains("admin.token") == true)
            #expect(try await admin.tokens().count == 2)
        }
    }

    @Test("tells all mistakes of a request as they are told on the spot")
    func mistakes() async throws {
        try await TestServer.with { server in
            let error = await #expect(throws: ChidoriClientError.self) {
                try await client(server).submit(request { ($0.queue, $0.task.command) = ("a..b", ["x"]) })
            }
            #expect(error?.message.hasPrefix("2 mistakes\n  queue: ") == true, "\(String(describing: error))")
        }
    }

    @Test(
        "what a server refuses has the exit status of the same trouble without a server",
        arguments: [
            (422, "vulnerable", DiagnosticCategory.vulnerable), (422, "noSolution", .noSolution),
            (422, "invalid", .badInput),
            (403, "forbidden", .badInput), (503, "unavailable", .unavailable), (507, "diskFull", .system),
        ])
    func categories(status: Int, code: String, category: DiagnosticCategory) {
        let problem = Problem(status, code, title: "It cannot be", detail: "environment x: cannot be")
        #expect(ChidoriClientError(.refused(problem), "environment x", "cannot be").category == category)
    }

    @Test("a server that is not there, or none, is told as such, and gets no token where others listen")
    func noServer() async throws {
        let nobody = try ChidoriClient(
            try ResourceURL("http://127.0.0.1:1"), token: "t", patience: .zero, options: TransferOptions())
        let error = await #expect(throws: ChidoriClientError.self) { try await nobody.caps() }
        #expect(error?.code == .unreachable && error?.category == .unavailable)

        let web = try HTTPFixtureServer()
        web.on("/api/v1/caps", HTTPReply(200, "<html>".utf8, type: "text/html"))
        let other = try ChidoriClient(
            try ResourceURL(web.url()), token: "t", patience: .zero, options: TransferOptions())
        for body in [{ try await other.caps() as Any }, { try await other.queues() as Any }] {
            let error = await #expect(throws: ChidoriClientError.self) { try await body() }
            #expect(error?.code == .notUnderstood)
        }
        for url in ["http://chidori.example", "http://127.0.0.1.example:80", "file:///tmp"] {
            let error = #expect(throws: ChidoriClientError.self) {
                try ChidoriClient(try ResourceURL(url), token: "t", options: TransferOptions())
            }
            #expect(error?.code == .unsafeServer, "\(url)")
        }
    }
}
