internal import Diagnostics
internal import EnvironmentBuilder
internal import JSONDocument

extension MediationComparison {
    var json: JSON {
        [
            "from": .string(from), "to": .string(to),
            "jars": .array(
                jars.map { jar in
                    [
                        "name": .string(jar.name), "from": jar.from?.json ?? .null, "to": jar.to?.json ?? .null,
                    ]
                }),
        ]
    }

    /// For people: a table of what differs, and below it for each jar the way that led to each version.
    var text: String {
        if jars.isEmpty { return "" }
        var table = Table(["", "JAR", from.uppercased(), to.uppercased()])
        for jar in jars {
            let sign = jar.from == nil ? "+" : jar.to == nil ? "-" : "~"
            table.add([sign, shortened(jar: jar.name), jar.from?.version ?? "", jar.to?.version ?? ""])
        }
        let reasons = jars.map { jar in
            ([jar.name] + line(from, jar.from) + line(to, jar.to)).joined(separator: "\n")
        }
        return table.text + "\n\n" + reasons.joined(separator: "\n")
    }

    private func line(_ kind: String, _ choice: Choice?) -> [String] {
        guard let choice else { return ["  \(kind): nothing that is chosen then asks for it"] }
        return lines(ofWay: ["recipe"] + choice.path + [choice.version], head: "  \(kind): ")
    }

    /// What it comes to, in a sentence.
    var summary: String {
        if jars.isEmpty {
            return "Nothing would change: `\(from)` and `\(to)` choose the same \(counted(count, "jar"))"
        }
        return "With `mediation: \(to)` in place of `\(from)`, \(jars.count) of \(counted(count, "jar")) would change"
    }
}

extension MediationComparison.Choice {
    fileprivate var json: JSON {
        ["version": .string(version), "path": JSON(path), "lost": .array(lost.map(\.json))]
    }
}

extension Explanation.Lost {
    var json: JSON { ["version": .string(version), "path": JSON(path), "reason": .string(reason)] }
}
