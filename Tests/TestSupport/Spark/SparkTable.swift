public import JobModel

/// What real Sparks said, read from 3.5.7, 4.0.1, 4.1.4, 4.2.1 and 4.3.0 by the judge of `Tests/Acceptance/Spark`.
public struct SparkRow: Sendable {
    public let question: SparkQuestion
    /// By the first release that said so.
    let answers: [(since: SparkVersion, answer: SparkAnswer)]

    /// What a release said.
    public func answer(of version: SparkVersion) -> SparkAnswer? { answers.last { $0.since <= version }?.answer }
}

public enum SparkTable {
    /// The releases that were asked.
    public static let versions = [(3, 5), (4, 0), (4, 1), (4, 2), (4, 3)].map { SparkVersion(major: $0.0, minor: $0.1) }

    public static let rows = [memory, cores, executors, refusals].flatMap(rows)

    /// A question a line: language, deploy mode and settings without `spark.`, where `␣` is a blank. Below it the answer
    /// of the first release, and of later ones that say something else, each behind four blanks.
    private static func rows(_ text: String) -> [SparkRow] {
        var rows: [SparkRow] = []
        var question: SparkQuestion?
        var answers: [(SparkVersion, SparkAnswer)] = []
        func finish() {
            if let question { rows.append(SparkRow(question: question, answers: answers)) }
            answers = []
        }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("    ") {
                answers.append(answer(line.dropFirst(4)))
            } else {
                finish()
                question = Self.question(line)
            }
        }
        finish()
        return rows
    }

    private static func question(_ line: Substring) -> SparkQuestion? {
        let words = line.split(separator: " ")
        guard words.count >= 2, let language = SparkLanguage(rawValue: String(words[0])),
            let deployMode = SparkDeployMode(rawValue: String(words[1]))
        else { return nil }
        var settings: [String: String] = [:]
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            settings["spark.\(parts[0])"] = String(parts[1].replacing("␣", with: " "))
        }
        return SparkQuestion(language, deployMode, settings)
    }

    /// `4.0: 1000m 1408Mi, …`, without a release for the first one, or `refused driver.memory`.
    private static func answer(_ text: Substring) -> (SparkVersion, SparkAnswer) {
        let parts = text.split(separator: ": ", maxSplits: 1)
        let version = parts.count == 2 ? try? SparkVersion(String(parts[0])) : nil
        let answer = parts[parts.count - 1]
        let refused = "refused "
        return (
            version ?? versions[0],
            answer.hasPrefix(refused)
                ? .refused("spark.\(answer.dropFirst(refused.count))") : .containers(String(answer))
        )
    }
}
