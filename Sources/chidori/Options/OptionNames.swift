internal import Documents

/// Which option stands for which key, so that whoever typed `--after` reads of `--after`, not of `dependencies[0]`.
struct OptionNames {
    /// What messages call all of them together.
    static let place = "the options"

    private var options: [String: String] = [:]

    /// - Parameter option: `--driver-memory` for `driverMemory` where none is told.
    mutating func add(_ key: String, _ option: String?) {
        options[key] = option ?? key.reduce(into: "--") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
    }

    mutating func add(_ others: OptionNames) { options.merge(others.options) { _, new in new } }

    /// The same mistakes, each that an option has made under its name.
    func told(_ error: DocumentError) -> DocumentError {
        let issues = error.issues.map { issue in
            // What has a place stands in a file.
            guard issue.mark == nil, let option = option(at: issue.keyPath) else { return issue }
            var issue = issue
            (issue.file, issue.keyPath, issue.message) = (Self.place, option, told(issue.message))
            issue.advice = issue.advice.map(told)
            return issue
        }
        return DocumentError(issues[0], Array(issues.dropFirst()))
    }

    /// `driverMemory` → `--driver-memory`, `dependencies[0].on` → `--after`, `labels.a` → `--label a`.
    private func option(at path: String) -> String? {
        if let option = options[path] { return option }
        let key = path.prefix { $0 != "." && $0 != "[" }
        guard let option = options[String(key)] else { return nil }
        let rest = path.dropFirst(key.count)
        return rest.hasPrefix(".") ? "\(option) \(rest.dropFirst())" : option
    }

    private func told(_ text: String) -> String {
        options.reduce(text) { $0.replacing("`\($1.key)`", with: "`\($1.value)`") }
    }
}
