/// References in values: `${spark.executor.memory}` (`ConfigReader.substitute`).
extension SparkReader {
    /// A setting's text with its references followed; `nil` where it is not given.
    ///
    /// A reference to a setting that has no value stays as it is, as with Spark.
    /// - Throws: `refused` for references in a circle, for those to `env:` and `system:`, which are known only where
    ///   the driver runs, and for more than any amount needs, since a few of them can stand for millions.
    func text(_ entry: some SparkEntry) throws(SparkConfError) -> String? {
        guard let text = written(entry), text.utf8.contains(UInt8(ascii: "$")) else { return written(entry) }
        var left = Self.mostReferences
        return try followed(text, from: [usedName(entry)], left: &left)
    }

    private static var mostReferences: Int { 50 }
    private static var longestText: Int { 1000 }

    /// - Parameters:
    ///   - path: the setting that is read, then those that led here.
    ///   - left: how many references may still be followed.
    private func followed(_ text: String, from path: [String], left: inout Int) throws(SparkConfError) -> String {
        guard left > 0, text.utf8.count <= Self.longestText else {
            throw SparkConfError(
                .refused, path[0], "refers to more than an amount can be made of", advice: "write the value itself")
        }
        left -= 1
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "$") {
            result += rest[..<start]
            guard let reference = Reference(rest[start...]) else {
                result.append("$")
                rest = rest[rest.index(after: start)...]
                continue
            }
            rest = rest[reference.end...]
            guard reference.prefix == nil else {
                guard reference.isElsewhere else {
                    result += reference.text
                    continue
                }
                throw SparkConfError(
                    .refused, path[0], "refers to \(reference.text), which is known only where the driver runs",
                    advice: "write the value itself: what a job takes is counted before it starts")
            }
            guard !path.dropFirst().contains(reference.name) else {
                throw SparkConfError(
                    .refused, path[0], "refers in a circle: \((path + [reference.name]).joined(separator: " → "))",
                    advice: "write a value where the circle closes")
            }
            guard let value = value(of: reference.name) else {
                result += reference.text
                continue
            }
            result += try followed(value, from: path + [reference.name], left: &left)
        }
        return result + rest
    }

    /// What a reference stands for.
    private func value(of name: String) -> String? {
        guard name.hasPrefix("spark.") else { return nil }
        if let setting = SparkSetting.byName[name], version.reads(setting) {
            return written(setting) ?? setting.standard
        }
        for entry in OptionalSparkSetting.withAlternatives where entry.name == name { return written(entry) }
        let standsIn =
            name == OptionalSparkSetting.firstExecutors.name ? value(of: SparkSetting.leastExecutors.name) : nil
        return settings[name] ?? standsIn
    }

    /// `${NAME}` or `${PREFIX:NAME}` at the start of a text; a name has no blanks.
    private struct Reference {
        let prefix: Substring?
        let name: String
        let text: Substring
        let end: Substring.Index

        /// Whether it is to what only the driver's process knows.
        var isElsewhere: Bool { prefix == "env" || prefix == "system" }

        init?(_ rest: Substring) {
            guard rest.hasPrefix("${") else { return nil }
            let inside = rest.dropFirst(2)
            // The shortest name of at least one character.
            guard let first = inside.first, !first.isWhitespace,
                let close = inside.dropFirst().firstIndex(of: "}"),
                inside[..<close].allSatisfy({ !$0.isWhitespace })
            else { return nil }
            let all = inside[..<close]
            let word = all.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            let isPrefixed = !word.isEmpty && all[word.endIndex...].first == ":" && all.count > word.count + 1
            prefix = isPrefixed ? word : nil
            name = String(isPrefixed ? all[all.index(after: word.endIndex)...] : all)
            end = inside.index(after: close)
            text = rest[..<end]
        }
    }
}
