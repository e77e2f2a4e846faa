internal import Documents
internal import DriverProvider
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// Queues, caps, drivers' sizes, machines: what an admin sets, and what there is.
enum QueueRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [
            list(parts), show(parts), put(parts), delete(parts), caps(parts), putCaps(parts), sizes(parts),
            putSizes(parts),
            cluster(parts),
        ]
    }

    private static let ifMatch = Route.Header(
        name: "If-Match", doc: "The entity tag that the settings must still have. Without it the last writer wins.")

    // MARK: Queues

    private static func list(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/queues", "queue.list", tag: "queues", "List the queues, and how much is in them.",
            answers: [.json(200, .queues, "The queues by name."), .unchanged]
        ) { exchange in
            let version = try await parts.store.settings()
            let counts = try await parts.store.counts(for: exchange.caller.audience)
            let queues = version.settings.queues.filter { exchange.caller.may(.viewer, in: $0.name) }
                .sorted { $0.name < $1.name }.map { QueueReport($0, counts) }
            return .document(ItemList(queues), QueueReport.listShape).tagged(for: exchange)
        }
    }

    private static func show(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/queues/{name}", "queue.show", tag: "queues", "A queue.",
            answers: [.json(200, .queue, "The queue. Its entity tag is that of all settings."), .unchanged]
        ) { exchange in
            let version = try await parts.store.settings()
            let name = exchange.parameter("name")
            guard let queue = version.settings.queue(name), exchange.caller.may(.viewer, in: name) else {
                throw Problem.noQueue(name)
            }
            let counts = try await parts.store.counts(for: exchange.caller.audience)
            return .document(QueueReport(queue, counts), QueueReport.shape).with(.eTag, version.tag.text)
        }
    }

    private static func put(_ parts: ServerParts) -> Route {
        Route(
            "PUT", APIPath.base + "/queues/{name}", "queue.set", tag: "queues", "Set a queue up, or make it another.",
            details: "What is left out has its default afterwards. It takes the role admin in the queue.",
            headers: [ifMatch], body: .queueSettings,
            answers: [.json(200, .queue, "The queue as it is now."), .json(201, .queue, "The queue, which is new.")]
        ) { exchange in
            let name = exchange.parameter("name")
            guard Name.queue.accepts(name) else {
                throw Problem(
                    422, "invalid", title: "The request says what cannot be", detail: "\(name): is no queue's name",
                    subject: "queue \(name)", advice: "letters, digits, `-` and `_`, and dots between: science.training"
                )
            }
            var queue = try exchange.document(QueueSettings.bodyShape)
            if !queue.name.isEmpty, queue.name != name {
                throw Problem(
                    422, "invalid", title: "The request says what cannot be",
                    detail: "`name` in the body: is \(queue.name), and the path names \(name)", subject: "queue \(name)"
                )
            }
            queue.name = name
            try await authorize(.admin, in: name, "queue.set", exchange, parts)
            var isNew = false
            let version = try await change("queue.set", "queue \(name)", exchange, parts) { [queue] settings in
                isNew = settings.queue(name) == nil
                settings.queues.removeAll { $0.name == name }
                settings.queues.append(queue)
                settings.queues.sort { $0.name < $1.name }
            }
            let counts = try await parts.store.counts(for: exchange.caller.audience)
            return .document(QueueReport(queue, counts), QueueReport.shape, status: isNew ? 201 : 200)
                .with(.eTag, version.text)
        }
    }

    private static func delete(_ parts: ServerParts) -> Route {
        Route(
            "DELETE", APIPath.base + "/queues/{name}", "queue.remove", tag: "queues", "Remove a queue.",
            details:
                "Not the standard queue, none with queues below it, and none with jobs that have not ended: drain it first.",
            headers: [ifMatch],
            answers: [.nothing(204, "It is gone.")]
        ) { exchange in
            let name = exchange.parameter("name")
            let queues = try await parts.store.settings().settings.queues.map(\.name)
            guard queues.contains(name), exchange.caller.may(.viewer, in: name) else { throw Problem.noQueue(name) }
            try await authorize(.admin, in: name, "queue.remove", exchange, parts)
            guard name != JobRequest.standardQueue else {
                throw Problem.queueStays(
                    name, "takes the jobs that name none", advice: "close it: `chidori queue set \(name) --gate closed`"
                )
            }
            let below = queues.filter { $0 != name && QueuePath.lies($0, within: name) }
            guard below.isEmpty else {
                throw Problem.queueStays(
                    name, "has queues below it, which its caps are for as well: \(below.joined(separator: ", "))",
                    advice:
                        "remove those first, the lowest before the others: `chidori queue remove \(below.max() ?? "")`")
            }
            let living = try await parts.store.counts(for: .everything)[name]?.filter {
                !$0.key.isFinal && $0.value > 0
            }
            guard living?.isEmpty ?? true else {
                let states = (living ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($1) \($0.rawValue)" }
                throw Problem.queueStays(
                    name, "has jobs that have not ended: \(states.joined(separator: ", "))",
                    advice: """
                        `chidori queue set \(name) --gate draining` lets none in, and they come to their end; or kill them: \
                        `chidori job list --queue \(name)` shows them
                        """)
            }
            let version = try await change("queue.remove", "queue \(name)", exchange, parts) { settings in
                settings.queues.removeAll { $0.name == name }
            }
            return Reply(204, headers: [(.eTag, version.text)])
        }
    }

    // MARK: Caps and sizes

    private static func caps(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/caps", "caps.show", tag: "queues",
            "How much may run at once in all queues together.",
            answers: [.json(200, .caps, "The caps. Their entity tag is that of all settings."), .unchanged]
        ) { exchange in
            let version = try await parts.store.settings()
            return Reply.document(version.settings.caps, Caps.shape).tagged(version.tag, for: exchange)
        }
    }

    private static func putCaps(_ parts: ServerParts) -> Route {
        Route(
            "PUT", APIPath.base + "/caps", "caps.set", tag: "queues", "Set how much may run at once.",
            details: "What is left out is not limited afterwards. It holds at once; what runs goes on.",
            access: .administrator, headers: [ifMatch], body: .caps,
            answers: [.json(200, .caps, "The caps as they are now.")]
        ) { exchange in
            let caps = try exchange.document(Caps.shape)
            let version = try await change("caps.set", "caps", exchange, parts) { $0.caps = caps }
            return .document(caps, Caps.shape).with(.eTag, version.text)
        }
    }

    private static func sizes(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/sizes", "sizes.show", tag: "queues", "Drivers' sizes by name.",
            answers: [.json(200, .sizes, "The sizes."), .unchanged]
        ) { exchange in
            let version = try await parts.store.settings()
            return Reply.document(ItemList(version.settings.sizes), DriverSize.listShape)
                .tagged(version.tag, for: exchange)
        }
    }

    private static func putSizes(_ parts: ServerParts) -> Route {
        Route(
            "PUT", APIPath.base + "/sizes", "sizes.set", tag: "queues", "Set drivers' sizes.",
            details: "Jobs that were submitted before keep what their size meant when they were taken up.",
            access: .administrator, headers: [ifMatch], body: .sizes,
            answers: [.json(200, .sizes, "The sizes as they are now.")]
        ) { exchange in
            let sizes = try exchange.document(DriverSize.listShape)
            let names = sizes.items.map(\.name)
            guard Set(names).count == names.count else {
                throw Problem(
                    422, "invalid", title: "The document says what cannot be", detail: "`sizes`: has a name twice",
                    subject: "sizes", advice: "keep one of each name")
            }
            let version = try await change("sizes.set", "sizes", exchange, parts) { $0.sizes = sizes.items }
            return .document(sizes, DriverSize.listShape).with(.eTag, version.text)
        }
    }

    private static func cluster(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/cluster", "cluster.show", tag: "queues",
            "The machines that drivers and executors run on, and what jobs hold of them.",
            answers: [.json(200, .cluster, "The machines."), .unchanged]
        ) { exchange in
            let cluster = try await parts.jobs.cluster()
            var report = ClusterReport()
            report.isMultiTenant = cluster.isMultiTenant
            if exchange.caller.isAdministrator { report.use = try await parts.jobs.use() }
            report.nodes = cluster.nodes.map { node in
                var allocatable = node.allocatable
                // For people: no bytes that count nothing.
                allocatable.memory = (allocatable.memory >> 20) << 20
                return ClusterReport.Node(name: node.name, allocatable: allocatable)
            }
            return .document(report, ClusterReport.shape).tagged(for: exchange)
        }
    }

    // MARK: Changing

    private static func authorize(
        _ role: Role, in queue: String, _ action: String, _ exchange: Exchange, _ parts: ServerParts
    ) async throws {
        guard !exchange.caller.may(role, in: queue) else { return }
        try await parts.audit.refuse(exchange, action, "queue \(queue)")
        throw Problem.forbidden("queue \(queue)", needs: role, in: queue)
    }

    /// Changes the settings: those that `If-Match` names, or else whatever they are now.
    private static func change(
        _ action: String, _ subject: String, _ exchange: Exchange, _ parts: ServerParts,
        _ body: (inout Settings) -> Void
    ) async throws -> EntityTag {
        var tries = 0
        while true {
            let version = try await parts.store.settings()
            if let wanted = exchange.headers[.ifMatch], !version.tag.isNamed(in: wanted) { throw Problem.stale }
            var settings = version.settings
            body(&settings)
            do {
                try await parts.jobs.set(
                    settings, following: version.number, by: exchange.caller.actor,
                    audit: parts.audit.entry(exchange, action, subject))
                return EntityTag(version: version.number + 1, of: "settings")
            } catch let error as JobStoreError where error.code == .stale && tries < 10 {
                tries += 1
            }
        }
    }
}

extension SettingsVersion {
    fileprivate var tag: EntityTag { EntityTag(version: number, of: "settings") }
}

extension QueueReport {
    fileprivate init(_ queue: QueueSettings, _ counts: [String: [JobState: Int]]) {
        self.init(queue)
        for (state, count) in counts[queue.name] ?? [:] { jobs[state.rawValue] = Int64(count) }
    }
}

extension QueueSettings {
    /// What `PUT` takes: the path has the name already.
    static let bodyShape = Shape(
        "A queue as an admin sets it up.", initial: QueueSettings(),
        fields: shape.fields.filter { $0.name != "name" } + [
            Field(alternative: "name", \.name, .text(1...128), "As in the path.")
        ])
}

extension Problem {
    fileprivate static func queueStays(_ name: String, _ why: String, advice: String) -> Problem {
        Problem(
            409, "refused", title: "That makes no sense for the queue as it is", detail: "queue \(name): \(why)",
            subject: "queue \(name)", advice: advice)
    }

    fileprivate static func noQueue(_ name: String) -> Problem {
        Problem(
            404, "noSuchQueue", title: "There is no such queue", detail: "queue \(name.prefix(128)): is not there",
            subject: "queue \(name.prefix(128))", advice: "`chidori queue list` shows the queues there are")
    }
}
