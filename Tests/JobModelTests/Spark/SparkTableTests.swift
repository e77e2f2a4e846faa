import JobModel
import TestSupport
import Testing

@Suite("What real Sparks said")
struct SparkTableTests {
    @Test("is what we say, and a refusal names the setting", arguments: SparkTable.versions)
    func same(_ version: SparkVersion) {
        for row in SparkTable.rows {
            #expect(row.question.answer(of: version) == row.answer(of: version), "\(row.question.line)")
        }
    }

    @Test("is written down for some 300 configurations, of which most are taken")
    func worth() {
        let rows = SparkTable.rows
        #expect(rows.count >= 290)
        #expect(Set(rows.map(\.question)).count == rows.count, "none is asked twice")
        for version in SparkTable.versions {
            let answers = rows.compactMap { $0.answer(of: version) }
            #expect(answers.count == rows.count)
            #expect((100...140).contains(answers.filter(\.isRefused).count))
        }
        let changed = rows.filter { row in
            Set(SparkTable.versions.map { row.answer(of: $0) }).count > 1
        }
        #expect(changed.count >= 12, "what releases differ in is among them")
    }

    @Test("every refusal says what to do next")
    func refusals() {
        for row in SparkTable.rows where row.answer(of: SparkTable.versions[1])?.isRefused == true {
            let question = row.question
            do {
                _ = try SparkResources(
                    SparkConf(question.settings), language: question.language, version: SparkTable.versions[1],
                    deployMode: question.deployMode)
                // What Kubernetes alone refuses: another resource without its vendor.
                #expect(question.line.contains(".resource."), "\(question.line)")
            } catch {
                #expect(error.category == .badInput)
                #expect(error.advice?.isEmpty == false, "\(error)")
            }
        }
    }
}
