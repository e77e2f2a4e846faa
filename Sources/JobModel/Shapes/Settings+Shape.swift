public import Documents

extension Caps {
    /// What `GET /api/v1/caps` answers and `PUT` takes.
    public static let shape = Shape(
        "How much may run at once. What is left out is not limited.", initial: Caps(),
        fields: [
            Field(
                "drivers", \.drivers, .integer(0...1_000_000), synonyms: ["maxDrivers", "jobs", "maxJobs"],
                "Drivers at once."),
            Field(
                "cores", \.cpu, .cores(0...1_000_000_000_000), synonyms: ["cpu", "cpus"], examples: ["64"],
                "Of drivers and executors together."),
            Field(
                "memory", \.memory, .memory(0...1 << 60), examples: ["256g"],
                "Of drivers and executors together, overhead included."),
            Field("accelerators", \.named, .counts, synonyms: ["gpus", "gpu"], "What else is counted, by name."),
        ])
}

extension QueueSettings {
    /// What `GET /api/v1/queues/NAME` answers and `PUT` takes.
    public static let shape = Shape(
        "A queue as an admin sets it up.", initial: QueueSettings(),
        fields: [
            Field(
                "name", \.name, .name(.queue), required: true, examples: ["science.training"],
                "Names joined by dots are a path from the root."),
            Field(
                "priority", \.priority, .integer(-1_000_000_000...1_000_000_000), isAlwaysWritten: true,
                "Queues with higher priority are served first."),
            Field(
                "caps", \.caps, Caps.shape.codec, isAlwaysWritten: true, synonyms: ["limits"],
                "How much of the queue may run at once, all below it included."),
            Field(
                "gate", \.gate, .word, isAlwaysWritten: true, synonyms: ["state", "status"],
                "Whether it takes jobs, and lets them start."),
            Field("environment", \.environment, .text(1...256), "Taken where a job names none."),
        ])
}

extension DriverSize {
    public static let shape = Shape(
        "A driver's size that people choose by name.", initial: DriverSize(),
        fields: [
            Field("name", \.name, .name(.resource), required: true, examples: ["medium"], "What people call it."),
            Field(
                "cores", \.cpu, .cores(TaskTemplate.Limits.cpu), isAlwaysWritten: true, synonyms: ["cpu"],
                "The driver's cores."),
            Field(
                "memory", \.memory, .memory(TaskTemplate.Limits.memory), isAlwaysWritten: true,
                "The driver's memory without overhead."),
            Field("accelerators", \.accelerators, .counts, synonyms: ["gpus", "gpu"], "By name."),
        ])
}

extension Settings {
    /// What is stored, and what `GET /api/v1/settings` answers and `PUT` takes.
    public static let shape = Shape(
        "What an admin sets while the server runs.", initial: Settings(),
        fields: [
            Field("caps", \.caps, Caps.shape.codec, isAlwaysWritten: true, "For all queues together."),
            Field(
                "queues", \.queues, .list(of: QueueSettings.shape.codec), isAlwaysWritten: true,
                "The queues, the standard one among them."),
            Field(
                "sizes", \.sizes, .list(of: DriverSize.shape.codec), isAlwaysWritten: true,
                "Drivers' sizes by name."),
        ]
    ) { settings, entries, mark, reading in
        guard !reading.isLenient else { return }
        func report(_ code: DocumentError.Code, _ key: String, _ message: String, _ advice: String) {
            reading.report(code, under: key, of: entries, at: mark, message, advice: advice)
        }
        if settings.queue(JobRequest.standardQueue) == nil {
            report(
                .missingKey, "queues",
                "lacks the queue `\(JobRequest.standardQueue)`, which jobs are in that name none",
                "add `{name: \(JobRequest.standardQueue)}`")
        }
        for name in repeated(settings.queues.map(\.name)) {
            report(.duplicateKey, "queues", "has `\(name)` twice", "keep one")
        }
        for name in repeated(settings.sizes.map(\.name)) {
            report(.duplicateKey, "sizes", "has `\(name)` twice", "keep one")
        }
        if settings.queues.count > 10_000 {
            report(.badValue, "queues", "are more than 10000", "let several jobs share one")
        }
        if settings.sizes.count > 1000 {
            report(.badValue, "sizes", "are more than 1000", "let several jobs share one")
        }
    }
}

/// The names that stand more than once, in order.
func repeated(_ names: [String]) -> [String] {
    Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.keys.sorted()
}
