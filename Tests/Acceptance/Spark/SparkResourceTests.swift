import JobModel
import TestSupport
import Testing

/// Driver's and executors' containers as Spark's own classes make them.
@Suite(
    "A real Spark is the judge of resources", .serialized,
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct SparkResourceTests {
    /// Another release's environment takes a while where nobody has built it yet.
    private static let releases = ["3.5", "4.0"]
    private static let count = 2000

    @Test(
        "a table of edges, and configurations made up by a seed, come to the same containers and counts",
        .enabled(if: SparkJudge.possible, "needs bubblewrap, Python 3.11 and a JDK"), arguments: releases)
    func same(_ release: String) async throws {
        let scratch = try Scratch("spark-resources")
        let version = try SparkVersion(release)
        let table = SparkTable.rows
        let random = (1...Self.count).map { seed in
            var maker = RandomSparkQuestion(seed: UInt64(seed))
            return maker.question()
        }
        let questions = table.map(\.question) + random
        let answers = try await SparkJudge.answers(to: questions, of: release, in: scratch)
        try #require(answers.count == questions.count)
        var wrong = 0
        for (number, (question, theirs)) in zip(questions, answers).enumerated() {
            let ours = question.answer(of: version)
            if ours == theirs || (ours.isRefused && theirs.isRefused) { continue }
            wrong += 1
            let name = number < table.count ? "row \(number + 1)" : "seed \(number - table.count + 1)"
            if wrong <= 10 { Issue.record("\(name): \(question.line)\n  Spark: \(theirs)\n  we: \(ours)") }
        }
        #expect(wrong == 0, "of \(questions.count)")
        // What the unit tests hold us to is what this Spark says.
        for (row, theirs) in zip(table, answers) {
            let written = try #require(row.answer(of: version))
            #expect(written == theirs || (written.isRefused && theirs.isRefused), "\(row.question.line)")
        }
        // The questions must be worth asking.
        let refused = answers.dropFirst(table.count).filter(\.isRefused).count
        #expect((Self.count / 100..<Self.count / 4).contains(refused), "\(refused) refused")
        #expect(Set(answers.dropFirst(table.count)).count > Self.count / 2)
    }

    @Test(
        "a driver that somebody hosts gets the executors of cluster mode with the settings that the host adds",
        .enabled(if: SparkJudge.possible, "needs bubblewrap, Python 3.11 and a JDK"), arguments: releases)
    func hosted(_ release: String) async throws {
        let scratch = try Scratch("spark-hosted")
        let cluster = (1...60).map { seed in
            var maker = RandomSparkQuestion(seed: UInt64(seed))
            var question = maker.question()
            question.deployMode = .cluster
            return question
        }
        let hosted = cluster.map { question in
            var question = question
            question.deployMode = .client
            let added = SparkConf(question.settings).settingsForHostedDriver(question.language)
            question.settings.merge(added) { _, new in new }
            return question
        }
        let answers = try await SparkJudge.answers(to: cluster + hosted, of: release, in: scratch)
        try #require(answers.count == cluster.count * 2)
        for (question, (one, other)) in zip(cluster, zip(answers, answers.dropFirst(cluster.count))) {
            #expect(one == other || (one.isRefused && other.isRefused), "\(question.line)")
        }
    }
}
