import Foundation
import SystemPackage
import TestSupport
import Testing

/// Jobs of PySpark's from submission to end: the real program, a real environment, real drivers.
@Suite(
    "Jobs of Spark's", .serialized, .timeLimit(.minutes(25)), .enabled(if: ReadyRecipes.possible, ReadyRecipes.needs))
struct SparkJobTests {
    private let server: RunningServer

    init() async throws {
        server = try await ReadyRecipes.server()
    }

    private static let head = """
        import os, sys, time
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        sc = spark.sparkContext

        """

    private func submit(_ program: String, _ options: [String] = [], _ arguments: String...) async throws -> String {
        let file = try server.scratch.write("job-\(UUID().uuidString.prefix(8)).py", Self.head + program)
        let environment = ["--environment", "spark-4.0", "--driver-memory", "512m"]
        return try await server.submit(environment + options + [file.string, "--"] + arguments)
    }

    private func end(of job: String) async throws -> ShownJob {
        try await server.end(of: job, seconds: ReadyRecipes.patience)
    }

    @Test("pi: its steps, its application and its pages are on record, and its event log is kept")
    func pi() async throws {
        let go = server.scratch.file("go")
        let job = try await submit(
            """
            n = 200_000
            area = sc.parallelize(range(n), 4).map(lambda i: 4 / (1 + ((i + 0.5) / n) ** 2)).sum() / n
            print("PI %.9f" % area)
            print("SEEN", sc.master, sc.appName, sc.applicationId, sc.uiWebUrl, os.environ["CHIDORI_ENVIRONMENT"], flush=True)
            while not os.path.exists(sys.argv[1]): time.sleep(0.1)
            spark.stop()
            """, ["--name", "pi", "--driver-cores", "2"], go.string)
        let running = try await server.until("its pages", seconds: ReadyRecipes.patience) {
            let shown = try await server.show(job)
            return shown.job.isFinal || shown.attempts.first?.userInterface != nil ? shown : nil
        }
        let before = try await server.account(of: job)
        let address = try #require(running.attempts.first?.userInterface, before)
        let ask = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
        let pages = try await Command("python3", ["-c", ask, "\(address)/api/v1/applications"]).run()
        try server.touch(go)

        let end = try await end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded" && end.job.reason == "completed", account)
        let log = try await server.log(of: job)
        #expect(log.contains("PI 3.141592654\n"), account)
        let application = try #require(end.attempts.first?.applicationId)
        #expect(pages.contains("\"\(application)\""))
        let environment = try #require(end.job.environments["main"])
        #expect(environment.utf8.count == 64)
        let port = try #require(address.split(separator: ":").last)
        #expect(log.contains("SEEN local[2] pi \(application) http://localhost:\(port) \(environment)\n"), account)
        #expect(end.attempts.count == 1)
        #expect(end.attempts.first?.exitCode == 0)
        #expect(end.attempts.first?.userInterface == address)

        let events = server.folder(job).appending("work/events")
        let names = try FileManager.default.contentsOfDirectory(atPath: events.string)
        #expect(names.contains { $0.contains(application) && !$0.hasSuffix(".inprogress") }, "\(names)")
        let steps = try await server.history(of: job)
        #expect(
            steps.map(\.to) == ["accepted", "preparing", "queued", "admitted", "starting", "running", "succeeded"])
        #expect(steps.first?.actor == "user:admin")
        #expect(steps.first { $0.to == "preparing" }?.message.contains("spark-4.0") == true)
        // A heap of 512 MiB and the overhead that Spark wants.
        #expect(steps.first { $0.to == "admitted" }?.message.contains("896 MiB") == true, account)
    }

    @Test("a SQL job: tables from files, a join, and its result as a table")
    func sql() async throws {
        try server.scratch.write("orders.csv", "id,customer,amount\n1,1,10\n2,2,5\n3,1,7\n4,3,1\n5,2,20\n")
        try server.scratch.write(
            "customers.json",
            "{\"id\":1,\"name\":\"Ann\"}\n{\"id\":2,\"name\":\"Bob\"}\n{\"id\":3,\"name\":\"Cid\"}\n")
        let job = try await submit(
            """
            place = sys.argv[1]
            spark.read.csv(place + "/orders.csv", header=True, inferSchema=True).createOrReplaceTempView("orders")
            spark.read.json(place + "/customers.json").createOrReplaceTempView("customers")
            totals = spark.sql('''
                SELECT name, count(*) AS orders, sum(amount) AS total, rank() OVER (ORDER BY sum(amount) DESC) AS place
                FROM orders JOIN customers ON orders.customer = customers.id
                GROUP BY name HAVING sum(amount) > 1 ORDER BY place''')
            totals.write.parquet(place + "/totals")
            for row in spark.read.parquet(place + "/totals").orderBy("place").collect():
                print("ROW", row.name, row.orders, row.total, row.place)
            print("PARTITIONS", spark.conf.get("spark.sql.shuffle.partitions"))
            """, ["--conf", "spark.sql.shuffle.partitions=2", "--label", "schema=sales", "--label", "table=totals"],
            server.scratch.path.string)
        let end = try await end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded", account)
        let log = try await server.log(of: job)
        #expect(
            log.split(separator: "\n").filter { $0.hasPrefix("ROW") } == ["ROW Bob 2 25 1", "ROW Ann 2 17 2"], account)
        #expect(log.contains("PARTITIONS 2\n"))
        let found = try await server.output(["job", "list", "--schema", "sales", "--table", "totals", "--quiet"])
        #expect(found.contains(job))
    }

    @Test("a failure says who failed: the program, Spark, or who was to start it")
    func failures() async throws {
        let own = try await submit("raise ValueError('no such column: price')\n")
        let sparks = try await submit("spark.sql('SELECT price FROM nowhere').show()\n")
        let task = try await submit("sc.parallelize([2, 1, 0], 1).map(lambda x: 1 // x).collect()\n")
        let status = try await submit("sys.exit(7)\n")
        let absent = try await server.submit("--environment", "spark-4.0", "--command", "no-such-program")

        let expected: [(String, String, Int?, String)] = [
            (own, "error", 1, "the program ended with status 1: its error was ValueError: no such column: price"),
            (sparks, "error", 1, "the program ended with status 1: Spark's error was pyspark.errors.exceptions"),
            (task, "error", 1, "the program ended with status 1: Spark's error was org.apache.spark.SparkException"),
            (status, "error", 7, "the program ended with status 7"),
            (absent, "launchFailed", nil, "no-such-program"),
        ]
        for (job, reason, exitCode, message) in expected {
            let end = try await end(of: job)
            let account = try await server.account(of: job)
            #expect(end.job.state == "failed" && end.job.reason == reason, account)
            #expect(end.job.message.hasPrefix(message), account)
            #expect(end.attempts.last?.reason == reason, account)
            #expect(end.attempts.last?.exitCode == exitCode, account)
            let last = try #require(try await server.history(of: job).last)
            #expect(last.to == "failed" && last.reason == reason && last.message == end.job.message)
        }
        let missing = try await server.show(sparks).job.message, divided = try await server.show(task).job.message
        #expect(missing.contains("TABLE_OR_VIEW_NOT_FOUND") && missing.contains("nowhere"))
        #expect(divided.contains("ZeroDivisionError"))
        #expect(try await server.show(status).job.message == "the program ended with status 7")
    }

    @Test("who runs out of memory is told so: the heap, or all that the driver may take")
    func memory() async throws {
        let heap = try await submit(
            """
            blocks = sc._jvm.java.util.ArrayList()
            while True: blocks.add(sc._gateway.new_array(sc._jvm.long, 8_000_000))
            """)
        let driver = try await submit(
            """
            blocks = []
            while True: blocks.append(bytearray(16 << 20))
            """)
        let hungry = try await end(of: heap)
        let first = try await server.account(of: heap)
        #expect(hungry.job.state == "failed" && hungry.job.reason == "outOfMemory", first)
        #expect(hungry.job.message.contains("the Java heap was too small"), first)
        let large = try await end(of: driver)
        let second = try await server.account(of: driver)
        #expect(large.job.state == "failed" && large.job.reason == "outOfMemory", second)
        #expect(large.job.message.contains("it may take 896 MiB"), second)
    }
}
