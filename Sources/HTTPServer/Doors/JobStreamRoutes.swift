internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// What comes as it happens: logs and events.
enum JobStreamRoutes {
    static func all(_ parts: ServerParts) -> [Route] { [logs(parts), jobEvents(parts), allEvents(parts)] }

    private static func logs(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/logs", "job.logs", tag: "jobs", "What a job's driver has printed.",
            details: """
                Both streams as one. The headers `\(LogQuery.startHeader)` and `\(LogQuery.endHeader)` say which bytes these \
                are, and `\(LogQuery.completeHeader)` whether more may come. Before the first attempt a log is empty.
                """,
            query: LogQuery.shape.schema,
            headers: [.init(name: "Range", doc: "`bytes=FIRST-LAST`, `bytes=FIRST-`, `bytes=-LAST`.")],
            answers: [
                .text(200, "The log, or what was asked of it."), .text(206, "The bytes that `Range` names."),
            ]
        ) { exchange in
            let query = try exchange.query(LogQuery.shape)
            let job = try await parts.job(of: exchange)
            return try await LogReader(parts, job: job, query: query).reply(to: exchange)
        }
    }

    private static func jobEvents(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.jobs + "/{id}/events", "job.events", tag: "jobs", "A job's steps as they happen.",
            details: """
                Server-sent events, from the first step on, or from behind `Last-Event-ID`. The stream ends with the job.
                """,
            headers: [.init(name: "Last-Event-ID", doc: "The number of the last step that was heard.")],
            answers: [
                .events(NamedSchema("Transition", Transition.shape), "`event: transition`, with a step as `data`.")
            ]
        ) { exchange in
            let job = try await parts.job(of: exchange)
            let last = exchange.headers[.lastEventID].flatMap { Int($0) } ?? 0
            return EventStream.reply { stream in
                let listener = parts.feed.listen { $0.job == job.id }
                var told = last
                /// Whether the job goes on.
                func catchUp() async throws -> Bool {
                    let steps = try await parts.store.transitions(of: job.id)
                    for step in steps where step.number > told {
                        try await stream.send("transition", id: String(step.number), Transition.shape.json(step))
                        told = step.number
                    }
                    return steps.last?.to.isFinal != true
                }
                guard try await catchUp() else { return }
                while let listener {
                    switch await listener.next(until: .now + EventStream.pause) {
                    case .entry, .lagged: guard try await catchUp() else { return }
                    case .nothing: try await stream.beat()
                    case .closed: return
                    }
                }
            }
        }
    }

    private static func allEvents(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/events", "events", tag: "jobs",
            "The steps of all jobs that the caller sees, as they happen.",
            details: """
                Server-sent events from now on, or from behind `Last-Event-ID`. Where so much has happened since that not all \
                is known any more, or the server was started anew, the first event is `reset`: list the jobs again.
                """,
            headers: [.init(name: "Last-Event-ID", doc: "The id of the last event that was heard.")],
            answers: [.events(.event, "`event: transition`, with a step and whose it is as `data`.")]
        ) { exchange in
            let caller = exchange.caller
            let owners = OwnerCache(parts.store)
            let last = exchange.headers[.lastEventID]
            return EventStream.reply { stream in
                var listener = last.flatMap { parts.feed.number(of: $0) }.flatMap { number in
                    parts.feed.listen(after: number) { _ in true }
                }
                if listener == nil {
                    listener = parts.feed.listen { _ in true }
                    if last != nil { try await stream.send("reset", id: nil, ["message": "list the jobs again"]) }
                }
                while let current = listener {
                    switch await current.next(until: .now + EventStream.pause) {
                    case .entry(let entry):
                        guard let owner = try await owners.owner(of: entry.transition.job),
                            caller.sees(tenant: owner.tenant, queue: owner.queue)
                        else { continue }
                        let event = JobEvent(
                            entry.transition, tenant: owner.tenant, user: owner.user, queue: owner.queue)
                        try await stream.send(
                            "transition", id: "\(parts.feed.epoch)-\(entry.number)", JobEvent.shape.json(event))
                    case .nothing: try await stream.beat()
                    case .lagged:
                        try await stream.send("reset", id: nil, ["message": "list the jobs again"])
                        listener = parts.feed.listen { _ in true }
                    case .closed: return
                    }
                }
            }
        }
    }
}

extension ChangeFeed {
    /// The number in an event's id; `nil` for one of another epoch.
    fileprivate func number(of id: String) -> Int64? {
        guard id.hasPrefix(epoch + "-") else { return nil }
        return Int64(id.dropFirst(epoch.count + 1))
    }
}
