import Diagnostics
import Documents
import JSONDocument
import JobModel
import Testing

@Suite("A request as JSON")
struct JobRequestShapeTests {
    static func read(_ json: JSON) throws(DocumentError) -> JobRequest {
        try JobRequest.shape.value(of: SourceNode(json), in: "the request's body")
    }

    @Test("is read with all that people name, in the words and units they use")
    func reading() throws {
        let request = try Self.read([
            "name": "nightly", "queue": "science.training", "priority": 7, "labels": ["schema": "sales", "run": 3],
            "file": "train.py", "args": ["--rate", .number(0.5), 3, true], "pyFiles": ["lib.zip"], "jars": ["a.jar"],
            "files": ["b"], "archives": ["c"], "conf": ["spark.x": 1, "spark.y": false], "variables": ["TZ": "UTC"],
            "environment": "features:3", "spark": true, "driverSize": "large", "driverCores": "500m",
            "driverMemory": "4g", "executorInstances": 2, "executorCores": 4, "executorMemory": "512m",
            "minExecutors": 1, "maxExecutors": 8, "accelerators": ["gpu": 1],
            "volumes": [["name": "lake", "path": "/lake", "readOnly": false]], "credentials": ["s3"],
            "locality": ["rack-1"], "array": ["count": 20, "parallelism": 4],
            "dependencies": ["01ARYZ6S410000000000000000", ["job": "01aryz6s410000000000000001", "on": "ended"]],
            "retry": ["attempts": 3, "backoff": "5s", "maxBackoff": "1m", "on": ["error", "lost"]], "deadline": "2h",
            "timeToLive": "7d", "suspend": true, "stopGrace": 5, "idempotencyKey": "k-1",
        ])
        #expect(request.name == "nightly" && request.queue == "science.training" && request.priority == 7)
        #expect(request.labels == ["schema": "sales", "run": "3"])
        #expect(request.task.arguments == ["--rate", "0.5", "3", "true"])
        #expect(request.task.conf == ["spark.x": "1", "spark.y": "false"])
        #expect(request.task.driver.cpu == 500 && request.task.driver.memory == 4 << 30)
        #expect(request.task.driver.size == "large" && request.task.driver.accelerators == ["gpu": 1])
        #expect(request.task.executors.memory == 512 << 20 && request.task.executors.maximum == 8)
        #expect(request.task.volumes == [VolumeMount(name: "lake", path: "/lake", isReadOnly: false)])
        #expect(request.array == ArrayRequest(count: 20, parallelism: 4))
        #expect(
            request.dependencies == [
                Dependency(job: "01aryz6s410000000000000000"),
                Dependency(job: "01aryz6s410000000000000001", on: .ended),
            ])
        #expect(request.retry.attempts == 3 && request.retry.backoff == 5000 && request.retry.longestBackoff == 60_000)
        #expect(request.retry.reasons == [.error, .lost])
        #expect(request.deadline == 7_200_000 && request.timeToLive == 604_800_000 && request.stopGrace == 5000)
        #expect(request.suspend && request.idempotencyKey == "k-1")
    }

    @Test("a command is a list of words, or a line that is cut as a shell would")
    func command() throws {
        #expect(try Self.read(["command": ["echo", "a b", 1]]).task.command == ["echo", "a b", "1"])
        #expect(
            try Self.read(["command": #"sh -c 'echo "$1"' -- "a \" b" c\ d """#]).task.command
                == ["sh", "-c", #"echo "$1""#, "--", #"a " b"#, "c d", ""])
    }

    @Test("short forms mean what they say")
    func short() throws {
        let request = try Self.read([
            "file": "a.py", "array": 20, "retry": 3, "label": ["table": "t"], "arguments": ["x"],
        ])
        #expect(request.array == ArrayRequest(count: 20))
        #expect(request.retry.attempts == 3 && request.retry.backoff == RetryPolicy().backoff)
        #expect(request.labels == ["table": "t"] && request.task.arguments == ["x"])
    }

    @Test(
        "fractions of a core are read as numbers and as text",
        arguments: [
            (JSON.integer(2), 2000), (.number(0.5), 500), (.number(1.234), 1234), ("500m", 500), ("2", 2000),
            ("0.25", 250),
        ] as [(JSON, Int64)])
    func cores(json: JSON, thousandths: Int64) throws {
        #expect(try Self.read(["file": "a.py", "driverCores": json]).task.driver.cpu == thousandths)
    }

    @Test("what is written is read as the same, and written as the same bytes", arguments: 0..<400)
    func roundTrip(seed: Int) throws {
        var random = RandomRequest(seed: UInt64(seed))
        let request = random.next()
        let json = JobRequest.shape.json(request)
        let text = json.compact
        let parsed = try JSON(parsing: Array(text.utf8))
        let lenient = try JobRequest.shape.value(of: SourceNode(parsed), in: "row", isLenient: true)
        #expect(lenient == request)
        #expect(JobRequest.shape.json(lenient).compact == text)
        // What keeps the rules is also taken from people, whichever way they write.
        if request.taskGroups.allSatisfy({ $0.task.kind != .command || $0.task.spark != true }) {
            let strict = try JobRequest.shape.value(of: SourceNode(parsed), in: "body")
            #expect(strict == request)
        }
    }

    @Test("what is stored says no more than what was asked for")
    func small() throws {
        let json = JobRequest.shape.json(try Self.read(["file": "a.py"]))
        #expect(json.compact == #"{"queue":"default","priority":0,"file":"a.py"}"#)
    }

    @Test("keys of a later version are passed over where a row is read")
    func lenient() throws {
        let json: JSON = ["file": "a.py", "colour": "blue", "retry": ["attempts": 2, "jitter": true]]
        let request = try JobRequest.shape.value(of: SourceNode(json), in: "row", isLenient: true)
        #expect(request.task.file == "a.py" && request.retry.attempts == 2)
    }

    static let mistakes: [(json: JSON, code: DocumentError.Code, keyPath: String, says: String, advises: String?)] = [
        ([:], .missingKey, "file", "is missing, and so are `command` and `class`", nil),
        (["file": "a.py", "command": ["b"]], .conflict, "command", "excludes `file`", nil),
        (["class": "C", "command": ["b"]], .conflict, "command", "excludes `class`", nil),
        (["class": "C", "file": "a.py"], .conflict, "class", "`file` is no jar", nil),
        (["class": "C"], .missingKey, "file", "nothing has the class", nil),
        (["command": []], .missingKey, "file", "is missing", nil),
        (["command": [""]], .badValue, "command", "begins with an empty word", nil),
        (["command": "echo 'a"], .badValue, "command", "a quote that is not closed", nil),
        (["command": ["a"], "spark": true], .conflict, "spark", "means nothing for a command", nil),
        (["file": "a.py", "environment": "e", "recipe": "r"], .conflict, "recipe", "excludes `environment`", nil),
        (
            ["file": "a.py", "minExecutors": 3, "maxExecutors": 2], .conflict, "minExecutors",
            "more than `maxExecutors`", nil
        ),
        (["file": "a.py", "args": [], "arguments": []], .conflict, "arguments", "the same as `args`", nil),
        (["file": "a.py", "label": [:], "labels": [:]], .conflict, "label", "the same as `labels`", nil),
        (["file": "a.py", "queue": "a..b"], .badValue, "queue", "`a..b` is no queue's name", "science.training"),
        (["file": "a.py", "queue": "-a"], .badValue, "queue", "is no queue's name", nil),
        (["file": "a.py", "labels": ["a b": "x"]], .badValue, "labels.a b", "is no label's name", nil),
        (["file": "a.py", "labels": ["a": nil]], .wrongType, "labels.a", "must be text", nil),
        (["file": "a.py", "variables": ["1A": "x"]], .badValue, "variables.1A", "is no variable's name", nil),
        (["file": "a.py", "conf": ["a=b": "x"]], .badValue, "conf.a=b", "is no configuration key", nil),
        (["file": "a.py", "driverMemory": "1k"], .badValue, "driverMemory", "`1k` is too little", "1m or more"),
        (["file": "a.py", "driverMemory": "4 q"], .badValue, "driverMemory", "is not a size of memory", nil),
        (["file": "a.py", "driverCores": 0], .badValue, "driverCores", "`0` is too little", "0.001 or more"),
        (["file": "a.py", "driverCores": "5k"], .badValue, "driverCores", "is not a number of cores", "500m"),
        (["file": "a.py", "executorInstances": -1], .wrongType, "executorInstances", "must be a whole number", nil),
        (["file": "a.py", "priority": "high"], .wrongType, "priority", "must be a whole number", nil),
        (["file": "a.py", "endless": true, "deadline": "1h"], .conflict, "deadline", "has no end", nil),
        (["file": "a.py", "deadline": "1ms"], .badValue, "deadline", "is too little", "1s or more"),
        (["file": "a.py", "dependencies": ["x"]], .badValue, "dependencies[0]", "is no job's id", "chidori job list"),
        (
            ["file": "a.py", "dependencies": ["01aryz6s410000000000000000", "01ARYZ6S410000000000000000"]],
            .duplicateKey, "dependencies", "twice", nil
        ),
        (["file": "a.py", "retry": ["on": ["killed"]]], .badValue, "retry.on", "`killed` is nothing", "`error`"),
        (["file": "a.py", "retry": ["on": ["eror"]]], .badValue, "retry.on[0]", "`eror` is none of", "`error`"),
        (
            ["file": "a.py", "volumes": [["name": "a", "path": "b"]]], .badValue, "volumes[0].path", "is not absolute",
            nil
        ),
        (["file": "a.py", "array": 3, "groups": [["name": "a"]]], .conflict, "groups", "exclude `array`", nil),
        (["file": "a.py", "array": 0], .wrongType, "array", "from 1 to 10000", nil),
        (["file": "a.py", "groups": []], .badValue, "groups", "are none", nil),
        (["file": "a.py", "groups": [["name": "A"]]], .badValue, "groups[0].name", "is no group's name", "lower-case"),
        (["file": "a.py", "groups": [["name": "a"], ["name": "a"]]], .duplicateKey, "groups", "has `a` twice", nil),
        (["groups": [["name": "a"]]], .missingKey, "groups[0].file", "is missing", nil),
        (
            ["file": "a.py", "groups": [["name": "a", "replicas": 2, "minimumAvailable": 3]]], .conflict,
            "groups[0].minimumAvailable", "is more than `replicas`, which is 2", nil
        ),
        (
            ["file": "a.py", "groups": [["name": "a", "after": ["workers"]], ["name": "worker"]]], .badValue,
            "groups[0].after", "`workers` is no group", "`worker`"
        ),
        (
            ["file": "a.py", "groups": [["name": "a", "after": ["a"]]]], .conflict, "groups[0]", "comes before itself",
            nil
        ),
        (
            ["file": "a.py", "groups": [["name": "a", "replicas": 9000], ["name": "b", "replicas": 2000]]], .badValue,
            "groups", "have 11000 tasks", nil
        ),
        (["fiel": "a.py", "file": "b"], .unknownKey, "", "`fiel` is no key here", "`file`"),
        (["className": "C", "file": "b.jar"], .unknownKey, "", "`className`", "`class`"),
        (["numExecutors": 1, "file": "b"], .unknownKey, "", "`numExecutors`", "`executorInstances`"),
        (["idempotency_token": "x", "file": "b"], .unknownKey, "", "`idempotency_token`", "`idempotencyKey`"),
        (["file": "b", "attempts": 3], .unknownKey, "", "`attempts` is no key here", "its place is `retry.attempts`"),
        (["file": "b", "idempotencyKey": ""], .badValue, "idempotencyKey", "is empty", nil),
        (["file": "b\u{0}"], .badValue, "file", "NUL", nil),
        ([1], .wrongType, "", "must be a mapping", nil),
    ]

    @Test("each mistake has its keys, and what to do", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let sample = Self.mistakes[index]
        let error = try #require(throws: DocumentError.self) { try Self.read(sample.json) }
        #expect(error.issues.count == 1, "\(error)")
        #expect(error.code == sample.code, "\(error)")
        #expect(error.issues[0].keyPath == sample.keyPath, "\(error)")
        #expect(error.message.contains(sample.says), "\(error)")
        if let advises = sample.advises { #expect(error.issues[0].advice?.contains(advises) == true, "\(error)") }
    }

    @Test("all mistakes are told at once")
    func several() throws {
        let error = try #require(throws: DocumentError.self) {
            try Self.read([
                "queue": "a..b", "driverMemory": "x", "command": ["a"], "file": "b", "nmae": "c",
                "retry": ["attempts": 0],
            ])
        }
        #expect(error.issues.count == 5, "\(error)")
    }

    @Test("groups in a circle are told, each with a way")
    func circle() throws {
        let error = try #require(throws: DocumentError.self) {
            try Self.read([
                "file": "a.py",
                "groups": [
                    ["name": "a", "after": ["b"]], ["name": "b", "after": [["group": "a"]]],
                    ["name": "c", "after": ["a"]],
                ],
            ])
        }
        #expect(error.issues.map(\.keyPath) == ["groups[0]", "groups[1]"], "\(error)")
    }

    @Test("a group takes over what it leaves out, and what belongs together stays together")
    func takingOver() throws {
        let request = try Self.read([
            "file": "a.py", "args": ["x"], "conf": ["a": "1", "b": "1"], "environment": "e:1", "driverSize": "large",
            "driverMemory": "1g",
            "groups": [
                ["name": "same"], ["name": "other", "command": ["run"], "conf": ["b": "2"], "recipe": "name: r"],
                ["name": "small", "driverSize": "small"], ["name": "more", "args": ["y"]],
            ],
        ])
        let tasks = Dictionary(uniqueKeysWithValues: request.taskGroups.map { ($0.name, $0.task) })
        #expect(tasks["same"] == request.task)
        let other = try #require(tasks["other"])
        #expect(other.file == nil && other.arguments == [] && other.command == ["run"])
        #expect(other.conf == ["a": "1", "b": "2"])
        #expect(other.environment == nil && other.recipe == "name: r")
        #expect(tasks["small"]?.driver.size == "small" && tasks["small"]?.driver.memory == nil)
        #expect(tasks["more"]?.file == "a.py" && tasks["more"]?.arguments == ["y"])
    }
}
