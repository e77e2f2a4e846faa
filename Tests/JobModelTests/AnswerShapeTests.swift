import Documents
import JSONDocument
import JobModel
import TestSupport
import Testing

@Suite("Answers as JSON")
struct AnswerShapeTests {
    @Test("a job says what was asked for and what became of it, and is read back", arguments: 0..<50)
    func job(seed: Int) throws {
        var random = RandomRequest(seed: UInt64(seed))
        var generator = SeededGenerator(UInt64(seed))
        var job = Job(
            id: JobID(high: generator.next(), low: generator.next()), request: random.next(), tenant: "t", user: "ann",
            createdAt: Moment(milliseconds: 1_795_320_109_007))
        job.state = random.pick(JobState.allCases)
        job.intent = random.pick([nil, .kill, .suspend])
        job.environments = ["main": "ab12"]
        job.endedAt = Moment(milliseconds: 1_795_320_209_000)
        let json = try JSON(parsing: Array(Job.shape.json(job).compact.utf8))
        let fields = try #require(json.fields)
        #expect(fields["id"] == .string(job.id.description) && fields["state"] == .string(job.state.rawValue))
        #expect(fields["queue"] == .string(job.request.queue) && fields["title"] == .string(job.request.title))
        #expect(fields["createdAt"] == "2026-11-22T04:01:49.007Z")
        #expect(try Job.shape.value(of: SourceNode(json), in: "answer", isLenient: true) == job)
    }

    @Test("a step and an attempt are read back")
    func steps() throws {
        let id = JobID(high: 1, low: 2)
        for from in [nil, JobState.queued] {
            let step = Transition(
                job: id, number: 3, at: Moment(milliseconds: 5), from: from, to: .admitted, reason: "admitted",
                message: "", actor: .system("scheduler"))
            let json = Transition.shape.json(step)
            #expect(try Transition.shape.value(of: SourceNode(json), in: "answer") == step)
        }
        var attempt = Attempt(
            id: AttemptID(task: TaskID(job: id, group: "workers", index: 4), number: 2), round: 3,
            token: FencingToken(99), provider: "local", state: .ended, createdAt: Moment(milliseconds: 1))
        attempt.reason = .signal
        attempt.signal = 9
        attempt.exitCode = -1
        attempt.applicationID = "local-1"
        let json = Attempt.shape.json(attempt)
        #expect(json.fields?["id"] == .string("\(id)/workers/4/2"))
        #expect(try Attempt.shape.value(of: SourceNode(json), in: "answer") == attempt)
    }

    @Test("settings are read back, and what is not limited is left out")
    func settings() throws {
        #expect(
            Settings.shape.json(Settings()).compact
                == #"{"caps":{},"queues":[{"name":"default","priority":0,"caps":{},"gate":"open"}],"sizes":["#
                + #"{"name":"small","cores":1,"memory":"1g"},{"name":"medium","cores":2,"memory":"4g"},"#
                + #"{"name":"large","cores":4,"memory":"16g"}]}"#)
        var settings = Settings()
        settings.caps = Caps(drivers: 3, cpu: 2500, memory: 5 << 30, named: ["gpu": 2])
        var queue = QueueSettings(name: "science.training")
        queue.gate = .draining
        queue.environment = "features"
        settings.queues.append(queue)
        let json = Settings.shape.json(settings)
        #expect(try Settings.shape.value(of: SourceNode(json), in: "row") == settings)
        #expect(try Settings.shape.value(of: SourceNode([:]), in: "row") == Settings())
    }

    @Test("settings that would leave jobs without a queue, or two with one name, are refused")
    func badSettings() throws {
        let error = try #require(throws: DocumentError.self) {
            try Settings.shape.value(
                of: SourceNode([
                    "queues": [["name": "a"], ["name": "a"]], "sizes": [["name": "s", "memory": "0"]],
                    "caps": ["cores": -1],
                ]), in: "body")
        }
        #expect(
            Set(error.issues.map(\.keyPath)) == ["queues", "sizes[0].memory", "caps.cores"], "\(error)")
        #expect(error.issues.count == 4, "\(error)")
    }
}
