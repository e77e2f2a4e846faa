public import Documents

extension JobRequest {
    /// What `POST /api/v1/jobs` takes, what is stored, and what a file for `chidori job submit --request` holds.
    ///
    /// A lenient reading, as of what was stored, passes the checks over that need several keys.
    public static let shape = Shape<JobRequest>(
        "What a job runs, with what, and when.", initial: JobRequest(),
        fields: ownFields + TaskTemplate.fields.map { $0.within(\.task) } + manyFields
    ) { request, entries, mark, reading in
        if !reading.isLenient { check(request, entries, mark, &reading) }
    }

    /// What one request may ask for.
    enum Limits {
        static let tasks = 1...10_000
        static let groups = 64
        static let dependencies = 1000
        static let labels = 64
        /// Bytes of a label's text.
        static let labelText = 1024
        /// Milliseconds: a year.
        static let span: ClosedRange<Int64> = 0...31_622_400_000
    }

    private static let ownFields: [Field<JobRequest>] = [
        Field(
            "name", \.name, .text(1...255), synonyms: ["runName", "run_name", "jobName", "title"],
            examples: ["nightly"],
            "For people; the program's name without an answer."),
        Field(
            "queue", \.queue, .name(.queue), isAlwaysWritten: true, synonyms: ["pool"], examples: ["science.training"],
            "Where it waits for room."),
        Field(
            "priority", \.priority, .integer(-1_000_000_000...1_000_000_000), isAlwaysWritten: true,
            "Higher comes first within a queue."),
        Field(
            "labels", \.labels, .labels, synonyms: ["tags", "annotations", "metadata"],
            "For people and filters; `schema` and `table` have filters of their own."),
        Field(alternative: "label", \.labels, .labels, "The same as `labels`."),
    ]

    private static let manyFields: [Field<JobRequest>] = [
        Field("array", \.array, ArrayRequest.codec, "Many like tasks, each of which knows its index."),
        Field(
            "groups", \.groups, .list(of: TaskGroup.shape.codec), synonyms: ["taskGroups", "tasks"],
            "Tasks of several kinds. What a group leaves out, it takes over from the job."),
        Field(
            "dependencies", \.dependencies, .list(of: Dependency.codec),
            synonyms: ["dependsOn", "depends_on", "after"],
            "Jobs that must have ended before: ids, or `{job, on}`."),
        Field(
            "retry", \.retry, RetryPolicy.codec, synonyms: ["retryPolicy", "retries", "maxRetries", "max_retries"],
            "When a task that failed is tried again."),
        Field(
            "deadline", \.deadline, .duration(1000...Limits.span.upperBound),
            synonyms: ["timeout", "timeoutSeconds", "timeout_seconds", "activeDeadlineSeconds"], examples: ["2h"],
            "How long it may run in all."),
        Field(
            "timeToLive", \.timeToLive, .duration(Limits.span), synonyms: ["ttl", "ttlSecondsAfterFinished"],
            examples: ["7d"], "How long it is kept after its end, before it is archived."),
        Field("suspend", \.suspend, .flag, synonyms: ["suspended"], "Whether it waits to be resumed before it begins."),
        Field(
            "endless", \.isEndless, .flag, synonyms: ["isEndless", "continuous", "streaming"],
            "A job without end, such as a stream: when its driver ends, it is started again."),
        Field(
            "stopGrace", \.stopGrace, .duration(0...3_600_000), synonyms: ["terminationGracePeriodSeconds"],
            examples: ["30s"], "How long a driver that is told to stop may take."),
        Field(
            "idempotencyKey", \.idempotencyKey, .text(1...255), synonyms: ["idempotencyToken", "idempotency_token"],
            "A second submission with the same key gives the first one's job."),
    ]

    private static func check(
        _ request: JobRequest, _ entries: [SourceNode.Entry], _ mark: SourceMark, _ reading: inout Reading
    ) {
        func report(_ code: DocumentError.Code, _ key: String, _ message: String, _ advice: String) {
            reading.report(code, under: key, of: entries, at: mark, message, advice: advice)
        }
        func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

        if has("groups") {
            checkGroups(request, entries, mark, &reading)
        } else {
            TaskTemplate.check(request.task, entries, mark, &reading)
        }
        if has("groups"), has("args"), has("arguments") {
            report(.conflict, "arguments", "means the same as `args`", "keep one of the two")
        }
        if has("labels"), has("label") {
            report(.conflict, "label", "means the same as `labels`", "keep one of the two")
        }
        if request.isEndless, request.deadline != nil {
            report(.conflict, "deadline", "ends what `endless` says has no end", "keep one of the two")
        }
        if request.dependencies.count > Limits.dependencies {
            report(.badValue, "dependencies", "has more than \(Limits.dependencies) jobs", "put a job between them")
        }
        for job in repeated(request.dependencies.map(\.job)) {
            report(.duplicateKey, "dependencies", "names \(job) twice", "keep one")
        }
    }

    private static func checkGroups(
        _ request: JobRequest, _ entries: [SourceNode.Entry], _ mark: SourceMark, _ reading: inout Reading
    ) {
        let nodes = entries.first { $0.key == "groups" }?.value
        guard case .sequence(let items) = nodes?.content else { return }
        let place = nodes?.mark ?? mark
        reading.under("groups") { reading in
            if request.array != nil {
                reading.report(.conflict, at: place, "exclude `array`", advice: "give a group `replicas`")
            }
            if items.isEmpty {
                reading.report(.badValue, at: place, "are none", advice: "name a group, or take the key out")
            }
            if items.count > Limits.groups {
                reading.report(.badValue, at: place, "are more than \(Limits.groups)")
            }
            let tasks = request.groups.reduce(0) { $0 + $1.replicas }
            if tasks > Limits.tasks.upperBound {
                reading.report(.badValue, at: place, "have \(tasks) tasks, and \(Limits.tasks.upperBound) are the most")
            }
            for name in repeated(request.groups.map(\.name)) where !name.isEmpty {
                reading.report(
                    .duplicateKey, at: place, "has `\(name)` twice", advice: "give each group a name of its own")
            }
            for (name, place) in TaskGroup.circle(in: request.groups) {
                reading.under(place) {
                    $0.report(.conflict, at: items[place].mark, "comes before itself, by way of \(name)")
                }
            }
            // Groups that could not be read have been told of.
            guard request.groups.count == items.count else { return }
            let names = Set(request.groups.map(\.name))
            for (index, (group, node)) in zip(request.taskGroups, items).enumerated() {
                guard case .mapping(let own) = node.content else { continue }
                reading.under(index) { reading in
                    TaskTemplate.check(group.task, own, node.mark, &reading)
                    for order in group.after where !names.contains(order.group) {
                        reading.report(
                            .badValue, under: "after", of: own, at: node.mark,
                            "`\(order.group)` is no group of the job",
                            advice: suggestion(order.group, Array(names)))
                    }
                }
            }
        }
    }
}

extension Codec where Value == [String: String] {
    fileprivate static var labels: Codec {
        texts { Name.label.complaint(of: $0) }.checked { labels, node, reading in
            if labels.count > JobRequest.Limits.labels {
                reading.report(.badValue, at: node.mark, "are more than \(JobRequest.Limits.labels)")
            }
            for (name, text) in labels.sorted(by: { $0.key < $1.key })
            where text.utf8.count > JobRequest.Limits.labelText {
                reading.under(name) {
                    $0.report(.badValue, at: node.mark, "has more than \(JobRequest.Limits.labelText) bytes")
                }
            }
        }
    }
}
