import JobModel
import Testing

@Suite("What is wrong with a Spark configuration")
struct SparkConfErrorTests {
    /// The error's whole text.
    private func said(_ settings: [String: String], release: String = "4.0") throws -> String {
        do {
            _ = try SparkResources(SparkConf(settings), language: .python, version: SparkVersion(release))
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("whatever its exponent is", arguments: ["1e-9223372036854775808", "1e9223372036854775807", "1e61", "1e-61"])
    func exponent(cores: String) throws {
        #expect(try said(["spark.kubernetes.driver.request.cores": cores]).contains(cores))
    }

    @Test(
        "is told with the setting, its value and the next step",
        arguments: [
            (
                ["spark.driver.memory": "1.5g"],
                """
                spark.driver.memory: is "1.5g", which Spark reads as no size: it takes whole numbers only
                  try: write it in a smaller unit: 1536m for 1.5g
                """
            ),
            (
                ["spark.executor.memory": "4gib"],
                """
                spark.executor.memory: is "4gib", which Spark reads as no size: it knows no unit "gib"
                  try: use b, k, m, g, t or p, which are powers of 1024, such as 512m
                """
            ),
            (
                ["spark.yarn.executor.memoryOverhead": "-1"],
                """
                spark.yarn.executor.memoryOverhead: is -1, and must not be negative
                  try: write a size such as 1g
                """
            ),
            (
                ["spark.driver.cores": "0.5"],
                """
                spark.driver.cores: is "0.5", which Spark reads as no whole number
                  try: write a whole number here, and a part of a core in spark.kubernetes.driver.request.cores
                """
            ),
            (
                ["spark.executor.cores": "2", "spark.kubernetes.executor.limit.cores": "1500m"],
                """
                spark.kubernetes.executor.limit.cores: is 1500m, less than the 2000m of spark.executor.cores
                  try: raise it, or set spark.kubernetes.executor.request.cores to no more than it: Kubernetes refuses a lower limit
                """
            ),
            (
                ["spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "2048"],
                """
                spark.memory.offHeap.size: is less than 1 MiB, and spark.memory.offHeap.enabled is true
                  try: set it to a size such as 1g (a number without a unit is bytes), or do not enable it
                """
            ),
            (
                [
                    "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.minExecutors": "5",
                    "spark.dynamicAllocation.maxExecutors": "4",
                ],
                """
                spark.dynamicAllocation.minExecutors: is 5, more than the 4 of spark.dynamicAllocation.maxExecutors
                  try: lower it, or raise spark.dynamicAllocation.maxExecutors
                """
            ),
            (
                ["spark.task.cpus": "4"],
                """
                spark.task.cpus: is 4, more than the 1 of spark.executor.cores
                  try: raise spark.executor.cores to as much, or lower it
                """
            ),
            (
                ["spark.executor.resource.gpu.vendor": "nvidia.com"],
                """
                spark.executor.resource.gpu.vendor: is of a resource without an amount
                  try: set spark.executor.resource.gpu.amount as well
                """
            ),
            (
                ["spark.driver.memoryOverhead": "${env:OVERHEAD}"],
                """
                spark.driver.memoryOverhead: refers to ${env:OVERHEAD}, which is known only where the driver runs
                  try: write the value itself: what a job takes is counted before it starts
                """
            ),
            (
                ["spark.driver.memoryOverhead": "${spark.a}", "spark.a": "${spark.b}", "spark.b": "${spark.a}"],
                """
                spark.driver.memoryOverhead: refers in a circle: spark.driver.memoryOverhead → spark.a → spark.b → spark.a
                  try: write a value where the circle closes
                """
            ),
        ])
    func texts(_ settings: [String: String], _ text: String) throws {
        #expect(try said(settings) == text)
    }

    @Test("a container without any memory, which Kubernetes would take for one without a limit, is refused")
    func nothing() throws {
        #expect(
            try said(["spark.driver.memory": "1g", "spark.driver.memoryOverhead": "-1g"])
                .hasPrefix("spark.driver.memoryOverhead: takes away all of spark.driver.memory\n"))
    }

    @Test(
        "what is more than can be counted is told by the setting that makes it so",
        arguments: [
            ("spark.driver.memoryOverhead", "9000p"), ("spark.executor.memoryOverhead", "8796093022208m"),
            ("spark.executor.minMemoryOverhead", "9000p"), ("spark.executor.pyspark.memory", "9007199254740991"),
            ("spark.driver.memory", "8192p"), ("spark.kubernetes.driver.request.cores", "9223372036854776"),
            ("spark.kubernetes.executor.limit.cores", "1E"), ("spark.kubernetes.executor.limit.cores", "1e50"),
        ])
    func tooLarge(_ name: String, _ value: String) throws {
        #expect(throws: SparkConfError.self) {
            try SparkResources(
                SparkConf([name: value]), language: .python, version: SparkVersion(major: 4, minor: 0))
        }
        #expect(try said([name: value]).hasPrefix("\(name): "))
        #expect(try said([name: value]).contains("than can be counted"))
    }

    @Test("a few references that stand for millions are not followed")
    func many() throws {
        var settings = ["spark.driver.memoryOverhead": "${spark.a0}"]
        for number in 0..<40 {
            settings["spark.a\(number)"] = "${spark.a\(number + 1)}${spark.a\(number + 1)}"
        }
        settings["spark.a40"] = ""
        let error = "spark.driver.memoryOverhead: refers to more than an amount can be made of"
        #expect(try said(settings).hasPrefix(error))
        let long = ["spark.driver.memoryOverhead": String(repeating: "${", count: 500_000)]
        #expect(try said(long).hasPrefix(error))
    }

    @Test(
        "releases before 3.3 counted otherwise, and are refused", arguments: ["3.2.4", "2.4", "4", "four", "", "4.x.1"])
    func releases(_ text: String) {
        #expect(throws: SparkConfError.self) { try SparkVersion(text) }
    }

    @Test(
        "a release is told by its first two numbers", arguments: [("3.5.7", 3, 5), ("4.0", 4, 0), ("4.1.0.dev1", 4, 1)])
    func versions(_ text: String, _ major: Int, _ minor: Int) throws {
        #expect(try SparkVersion(text) == SparkVersion(major: major, minor: minor))
    }
}
