import JobModel
import TestSupport
import Testing

@Suite("A Spark program's resources")
struct SparkResourcesTests {
    private let version = SparkVersion(major: 4, minor: 0)

    private func resources(
        _ settings: [String: String], _ language: SparkLanguage = .python, _ deployMode: SparkDeployMode = .cluster
    ) throws -> SparkResources {
        try SparkResources(SparkConf(settings), language: language, version: version, deployMode: deployMode)
    }

    @Test("memory is told by its parts, in MiB, and counted in bytes")
    func parts() throws {
        let executor = try resources([
            "spark.executor.memory": "6g", "spark.executor.pyspark.memory": "3g",
            "spark.memory.offHeap.enabled": "true",
            "spark.memory.offHeap.size": "2g",
        ]).executor
        #expect(executor.memory.heap == 6144)
        #expect(executor.memory.overhead == 2457)
        #expect(executor.memory.python == 3072)
        #expect(executor.memory.offHeap == 2048)
        #expect(executor.memory.mebibytes == 13721)
        #expect(executor.resources.memory == 13721 << 20)
    }

    @Test("a program is admitted with its driver and the executors that it cannot do without")
    func admitted() throws {
        var settings = [
            "spark.driver.memory": "2g", "spark.executor.memory": "4g", "spark.executor.cores": "4",
            "spark.executor.resource.gpu.amount": "2", "spark.executor.instances": "3",
        ]
        let fixed = try resources(settings, .jvm)
        #expect(fixed.admitted == Resources(cpu: 13_000, memory: (2432 + 3 * 4505) << 20, named: ["gpu": 6]))
        #expect(fixed.most == fixed.admitted)

        settings["spark.dynamicAllocation.enabled"] = "true"
        settings["spark.dynamicAllocation.minExecutors"] = "2"
        settings["spark.dynamicAllocation.maxExecutors"] = "10"
        let growing = try resources(settings, .jvm)
        #expect(growing.admitted == Resources(cpu: 9000, memory: (2432 + 2 * 4505) << 20, named: ["gpu": 4]))
        #expect(growing.most == Resources(cpu: 41_000, memory: (2432 + 10 * 4505) << 20, named: ["gpu": 20]))

        // One that may shrink to none starts with one all the same.
        settings["spark.dynamicAllocation.minExecutors"] = nil
        let shrinking = try resources(settings, .jvm)
        #expect(shrinking.executors.minimum == 0 && shrinking.executors.initial == 3)
        #expect(shrinking.admitted == Resources(cpu: 5000, memory: (2432 + 4505) << 20, named: ["gpu": 2]))
    }

    @Test("growth without a bound is told as such, and does not wrap around")
    func unbounded() throws {
        let most = try resources(["spark.dynamicAllocation.enabled": "true", "spark.executor.memory": "1p"]).most
        #expect(most.memory == .max)
    }

    @Test(
        "with a local master the driver is all there is, and has what its tasks take",
        arguments: ["local", "local[4]", "local[*]"])
    func local(_ master: String) throws {
        let settings = [
            "spark.master": master, "spark.driver.memory": "4g", "spark.memory.offHeap.enabled": "true",
            "spark.memory.offHeap.size": "1g", "spark.executor.pyspark.memory": "2g", "spark.executor.instances": "5",
            "spark.dynamicAllocation.enabled": "true", "spark.task.cpus": "2",
        ]
        let python = try resources(settings, .python, .client)
        #expect(python.executors.maximum == 0)
        #expect(python.admitted == python.driver.resources && python.most == python.driver.resources)
        #expect(python.driver.memory.mebibytes == 4096 + 1638 + 1024 + 2048)
        #expect(try resources(settings, .jvm, .client).driver.memory.mebibytes == 4096 + 409 + 1024)
    }

    @Test(
        "other masters have executors",
        arguments: ["k8s://https://cluster", "yarn", "local-cluster[2,1,1024]", "spark://a:7077"])
    func masters(_ master: String) throws {
        #expect(try resources(["spark.master": master]).executors.admitted == 2)
    }

    @Test("a limit is no request, and a vendor no part of a resource's name")
    func kubernetes() throws {
        let driver = try resources([
            "spark.kubernetes.driver.request.cores": "250m", "spark.kubernetes.driver.limit.cores": "1",
            "spark.driver.resource.gpu.amount": "1", "spark.driver.resource.gpu.vendor": "nvidia.com",
        ]).driver
        #expect(driver.cpu == 250 && driver.cpuLimit == 1000)
        #expect(driver.resources == Resources(cpu: 250, memory: 1433 << 20, named: ["gpu": 1]))
        #expect(driver.vendors == ["gpu": "nvidia.com"])
    }

    @Test(
        "a hosted driver's executors are those of cluster mode with what its host adds",
        arguments: SparkLanguage.allCases)
    func hosted(_ language: SparkLanguage) throws {
        for more in [
            [:], ["spark.kubernetes.memoryOverheadFactor": "0.25"], ["spark.executor.memoryOverheadFactor": "0.3"],
        ] {
            var settings = ["spark.executor.memory": "8g", "spark.executor.pyspark.memory": "1g"]
            settings.merge(more) { _, new in new }
            let cluster = try resources(settings, language)
            settings.merge(SparkConf(settings).settingsForHostedDriver(language)) { _, new in new }
            #expect(try resources(settings, language, .client) == cluster)
        }
    }
}

@Suite("What a task needs")
struct TaskDemandTests {
    private func memory(_ change: (inout TaskTemplate) -> Void) throws -> Int64 {
        var task = TaskTemplate()
        task.file = "/job.py"
        task.driver.memory = 512 << 20
        change(&task)
        return try task.demand().driver.memory >> 20
    }

    @Test("a Python program that its environment may make one of Spark's has room for its heap")
    func undecided() throws {
        // The least overhead.
        #expect(try memory { $0.spark = true } == 896)
        #expect(try memory { $0.environment = "etl" } == 896)
        #expect(try memory { $0.recipe = "name: etl" } == 896)
        #expect(
            try memory {
                $0.environment = "etl"
                $0.driver.memory = 2 << 30
            } == 2048 + 819)
    }

    @Test("of what surely is none of Spark's, what is asked for is all")
    func others() throws {
        #expect(try memory { _ in } == 512)
        #expect(
            try memory {
                $0.environment = "etl"
                $0.spark = false
            } == 512)
        #expect(
            try memory {
                $0.environment = "etl"
                $0.command = ["true"]
            } == 512)
    }
}
