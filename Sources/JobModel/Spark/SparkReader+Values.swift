/// Values as Spark's entries read them (`ConfigBuilder`).
extension SparkReader {
    /// A Java `int`.
    func number(_ setting: SparkSetting) throws(SparkConfError) -> Int32 {
        try number(text(setting) ?? setting.standard, of: setting)
    }

    func number(_ setting: OptionalSparkSetting) throws(SparkConfError) -> Int32? {
        guard let text = try text(setting) else { return nil }
        return try number(text, of: setting)
    }

    private func number(_ text: String, of entry: some SparkEntry) throws(SparkConfError) -> Int32 {
        guard let number = Int32(java: text.utf8.trimmedAsJava()) else {
            throw unreadable(entry, text, "whole number", advice: "write a whole number, such as 2")
        }
        return number
    }

    /// A count that `spark-submit` wants to be at least 1 where it is given, written without references and blanks.
    func positive(_ setting: SparkSetting) throws(SparkConfError) -> Int32 {
        try positive(settings[setting.name] ?? setting.standard, of: setting)
    }

    func positive(_ setting: OptionalSparkSetting) throws(SparkConfError) -> Int32? {
        guard let text = settings[setting.name] else { return nil }
        return try positive(text, of: setting)
    }

    private func positive(_ text: String, of entry: some SparkEntry) throws(SparkConfError) -> Int32 {
        guard let number = Int32(java: text.utf8) else {
            let advice =
                switch entry.name {
                case SparkSetting.driverCores.name: OptionalSparkSetting.driverCoresRequest.name
                case SparkSetting.executorCores.name: OptionalSparkSetting.executorCoresRequest.name
                default: nil as String?
                }
            throw unreadable(
                entry, text, "whole number",
                advice: advice.map { "write a whole number here, and a part of a core in \($0)" }
                    ?? "write a whole number, such as 2")
        }
        guard number > 0 else {
            throw SparkConfError(
                .refused, entry.name, "is \(text), and must be at least 1", advice: "write a whole number from 1 on")
        }
        return number
    }

    /// `true` or `false`.
    func flag(_ setting: SparkSetting) throws(SparkConfError) -> Bool {
        let text = try text(setting) ?? setting.standard
        switch Substring(text.utf8.trimmedAsJava()).lowercased() {
        case "true": return true
        case "false": return false
        default: throw unreadable(setting, text, "boolean", advice: "write true or false")
        }
    }

    /// A Java `double` that is a number.
    func factor(_ setting: SparkSetting) throws(SparkConfError) -> Double {
        let text = try text(setting) ?? setting.standard
        var digits = text.utf8.trimmedAsJava()
        // Java takes the mark of its literals too: 0.1f, 0.1d.
        if let last = digits.last, "dDfF".utf8.contains(last) { digits.removeLast() }
        guard digits.allSatisfy({ $0.isDigit || "+-.eE".utf8.contains($0) }), let number = Double(Substring(digits)),
            number.isFinite
        else { throw unreadable(setting, text, "number", advice: "write a decimal number, such as 0.1") }
        return number
    }

    /// A size in whole units.
    ///
    /// - Parameter unit: that of the result, and of a number without a unit.
    func size(_ setting: SparkSetting, in unit: SparkSize.Unit) throws(SparkConfError) -> Int64 {
        try size(text(setting) ?? setting.standard, of: setting, in: unit)
    }

    func size(_ setting: OptionalSparkSetting, in unit: SparkSize.Unit) throws(SparkConfError) -> Int64? {
        guard let text = try text(setting) else { return nil }
        return try size(text, of: setting, in: unit)
    }

    private func size(
        _ text: String, of entry: some SparkEntry, in unit: SparkSize.Unit
    ) throws(SparkConfError) -> Int64 {
        do { return try SparkSize.parseSigned(text, in: unit, by: version) } catch {
            throw self.error(error, entry, text)
        }
    }

    /// A heap in MiB: `spark-submit` wants it above nothing, and follows no references.
    func heap(_ setting: SparkSetting) throws(SparkConfError) -> Int64 {
        let text = settings[setting.name] ?? setting.standard
        let bytes: Int64
        do { bytes = try SparkSize.parse(text, in: .bytes, by: version) } catch {
            throw self.error(error, setting, text)
        }
        guard bytes > 0 else {
            throw SparkConfError(
                .refused, setting.name, "is \(text), and must be more than nothing",
                advice: "write a size such as 2g, or leave it out for \(setting.standard)")
        }
        return try size(setting, in: .mebibytes)
    }

    /// Thousandths of a core, from one of Kubernetes' amounts.
    func cores(_ setting: OptionalSparkSetting) throws(SparkConfError) -> Int64? {
        guard let text = try text(setting) else { return nil }
        do {
            return try KubernetesQuantity.thousandths(text)
        } catch {
            let advice = "write cores, such as 2 or 0.5, or thousandths of one, such as 500m"
            switch error {
            case .negative:
                throw SparkConfError(.refused, setting.name, "is \(text), less than nothing", advice: advice)
            case .tooLarge:
                throw SparkConfError(.tooLarge, setting.name, "is \(text), more than can be counted", advice: advice)
            case .notAQuantity:
                throw SparkConfError(
                    .unreadable, setting.name, "is \"\(text)\", which Kubernetes reads as no amount", advice: advice)
            }
        }
    }

    private func error(_ mistake: SparkSize.Mistake, _ entry: some SparkEntry, _ text: String) -> SparkConfError {
        switch mistake {
        case .fraction:
            unreadable(
                entry, text, "size: it takes whole numbers only", advice: "write it in a smaller unit: 1536m for 1.5g")
        case .unknownUnit(let unit):
            unreadable(
                entry, text, "size: it knows no unit \"\(unit)\"",
                advice: "use b, k, m, g, t or p, which are powers of 1024, such as 512m")
        case .notANumber:
            unreadable(entry, text, "size", advice: "write a whole number and a unit, such as 512m or 4g")
        case .tooLarge:
            SparkConfError(
                .tooLarge, usedName(entry), "is \(text), more than can be counted", advice: "write less than 8191p")
        }
    }

    private func unreadable(
        _ entry: some SparkEntry, _ text: String, _ kind: String, advice: String
    ) -> SparkConfError {
        SparkConfError(.unreadable, usedName(entry), "is \"\(text)\", which Spark reads as no \(kind)", advice: advice)
    }
}

extension Int32 {
    /// What Java's `Integer.parseInt` takes: ASCII digits, with a sign or without.
    init?(java text: some Collection<UInt8>) {
        let digits =
            text.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true ? text.dropFirst() : text[...]
        guard digits.allSatisfy(\.isDigit), let number = Int32(String(decoding: text, as: UTF8.self)) else {
            return nil
        }
        self = number
    }
}
