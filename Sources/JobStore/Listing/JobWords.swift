internal import JobModel

extension Job {
    /// What text is looked for in: name, program, id and labels, each on a line, in lower case.
    var words: String {
        var lines = [request.title, "\(id)"]
        for task in [request.task] + request.groups.map(\.task) {
            if let file = task.file { lines.append(file) }
            if let mainClass = task.mainClass { lines.append(mainClass) }
            if !task.command.isEmpty { lines.append(task.command.joined(separator: " ")) }
        }
        for (name, value) in request.labels.sorted(by: { $0.key < $1.key }) { lines.append("\(name)=\(value)") }
        return searchable(lines.joined(separator: "\n"), limit: Job.wordsLimit)
    }

    /// In bytes.
    static let wordsLimit = 2000
}

/// A text in lower case and without NUL, cut where a character ends.
func searchable(_ text: String, limit: Int) -> String {
    var lower = text.lowercased()
    if lower.utf8.contains(0) { lower = String(lower.map { $0 == "\0" ? " " : $0 }) }
    guard lower.utf8.count > limit else { return lower }
    var end = lower.utf8.index(lower.startIndex, offsetBy: limit)
    while end.samePosition(in: lower.unicodeScalars) == nil { end = lower.utf8.index(before: end) }
    return String(lower[..<end])
}
