internal import Documents

extension TaskGroup {
    static let shape = Shape(
        "Tasks of one kind within a job. What it leaves out, it takes over from the job.", initial: TaskGroup(name: ""),
        fields: [
            Field("name", \.name, .name(.group), required: true, examples: ["workers"], "Unique within the job."),
            Field(
                "replicas", \.replicas, .integer(JobRequest.Limits.tasks), synonyms: ["count", "instances"],
                "How many tasks."),
            Field(
                "minimumAvailable", \.minimumAvailable, .integer(JobRequest.Limits.tasks),
                synonyms: ["minAvailable", "minMember", "minimum"],
                "How many must have room for any to start; all of them without an answer."),
            Field(
                "priority", \.priority, .integer(-1_000_000_000...1_000_000_000),
                "Among the job's groups: who gets room first beyond the minimum."),
            Field(
                "after", \.after, .list(of: Order.codec), synonyms: ["dependsOn", "dependencies"],
                "Groups that come before this one: names, or `{group, until}`."),
            Field(
                "onFailure", \.onFailure, .word, synonyms: ["failurePolicy", "restartPolicy"],
                "What the failure of a task means."),
            Field(
                "completesJob", \.completesJob, .flag, "Whether the group's success ends the whole job."),
        ] + TaskTemplate.fields.map { $0.within(\.task) }
    ) { group, entries, mark, reading in
        guard !reading.isLenient, let minimum = group.minimumAvailable, minimum > group.replicas else { return }
        reading.report(
            .conflict, under: "minimumAvailable", of: entries, at: mark,
            "is more than `replicas`, which is \(group.replicas)", advice: "\(group.replicas) or less")
    }

    /// The groups that come before themselves: for each, the place in the list and a group on the way.
    static func circle(in groups: [TaskGroup]) -> [(by: String, place: Int)] {
        let before = Dictionary(groups.map { ($0.name, $0.after.map(\.group)) }) { first, _ in first }
        return groups.enumerated().compactMap { place, group in
            var seen: Set<String> = []
            for start in group.after.map(\.group) {
                var open = [start]
                while let name = open.popLast() {
                    if name == group.name { return (start, place) }
                    if seen.insert(name).inserted { open += before[name] ?? [] }
                }
            }
            return nil
        }
    }
}

extension TaskGroup.Order {
    private static let shape = Shape(
        "A group that comes before.", initial: TaskGroup.Order(),
        fields: [
            Field("group", \.group, .name(.group), required: true, "Its name."),
            Field("until", \.until, .word, "How far it must have come."),
        ])

    static let codec = Codec.short(
        Codec<String>.name(.group).map({ TaskGroup.Order(group: $0) }, \.group), or: shape.codec,
        isShort: { $0.until == TaskGroup.Order().until })
}

extension ArrayRequest {
    private static let shape = Shape(
        "Many like tasks.", initial: ArrayRequest(),
        fields: [
            Field(
                "count", \.count, .integer(JobRequest.Limits.tasks), required: true, examples: ["20"], "How many tasks."
            ),
            Field(
                "parallelism", \.parallelism, .integer(JobRequest.Limits.tasks), synonyms: ["maxConcurrent"],
                "How many may run at once; all of them without an answer."),
        ])

    static let codec = Codec.short(
        Codec<Int>.integer(JobRequest.Limits.tasks).map({ ArrayRequest(count: $0) }, \.count), or: shape.codec,
        isShort: { _ in false })
}

extension Dependency {
    private static let shape = Shape(
        "A job that must have ended before.", initial: Dependency(),
        fields: [
            Field("job", \.job, id, required: true, synonyms: ["id"], "Its id."),
            Field("on", \.on, .word, synonyms: ["condition", "when"], "How it must have ended."),
        ])

    /// In its one form, lower case.
    private static let id = Codec<String>.parsed("a job's id", pattern: Codec<JobID>.pattern) { text in
        try JobID(reading: text).description
    } print: {
        $0
    }

    static let codec = Codec.short(
        id.map({ Dependency(job: $0) }, \.job), or: shape.codec, isShort: { $0.on == .succeeded })
}

extension RetryPolicy {
    /// Reasons that say that a task has come to an end that another try might better.
    static let retriable: [EndReason] = [
        .error, .signal, .outOfMemory, .deadlineExceeded, .cpuExceeded, .lost, .launchFailed, .environmentFailed,
        .preempted,
    ]

    private static let shape = Shape(
        "When a task that failed is tried again.", initial: RetryPolicy(),
        fields: [
            Field(
                "attempts", \.attempts, .integer(1...1000), synonyms: ["maxAttempts", "limit"],
                "How many tries there are in all, the first among them."),
            Field(
                "backoff", \.backoff, .duration(0...604_800_000), synonyms: ["delay", "interval", "wait"],
                examples: ["10s"], "How long to wait before the second try; doubled before each further one."),
            Field(
                "maxBackoff", \.longestBackoff, .duration(0...604_800_000), synonyms: ["longestBackoff", "maxDelay"],
                "How long to wait between two tries at most."),
            Field("on", \.reasons, reasons, synonyms: ["reasons"], "The reasons that are tried again."),
            Field(
                "infrastructureAttempts", \.infrastructuralAttempts, .integer(0...1000),
                "How many more tries an end gets that says nothing against the job: \(infrastructural)."),
        ])

    private static let infrastructural = EndReason.allCases.filter(EndReason.infrastructural.contains)
        .map { "`\($0.rawValue)`" }.joined(separator: ", ")

    private static let reasons = Codec<[EndReason]>.list(of: .word).checked { reasons, node, reading in
        for reason in reasons where !retriable.contains(reason) {
            reading.report(
                .badValue, at: node.mark, "`\(reason.rawValue)` is nothing that another try could better",
                advice: "some of " + retriable.map { "`\($0.rawValue)`" }.joined(separator: ", "))
        }
    }.map({ Set($0) }, { reasons in EndReason.allCases.filter(reasons.contains) })

    static let codec = Codec.short(
        Codec<Int>.integer(1...1000).map(
            { attempts in
                var policy = RetryPolicy()
                policy.attempts = attempts
                return policy
            }, \.attempts), or: shape.codec, isShort: { _ in false })
}
