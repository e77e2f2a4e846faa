public import Documents
public import JobModel

/// What `POST /api/v1/environments` takes: one of these.
public struct EnvironmentOrder: Hashable, Sendable {
    /// A recipe that lies where the server looks for them.
    public var name: String?
    /// A recipe in YAML.
    public var recipe: String?
    /// A lock in TOML.
    public var lock: String?

    /// What it is wanted as, beside what drivers on the server's machine start from: `tar.gz`, `zip`,
    /// `docker://HOST/NAME:TAG`, `volume:NAME`, `volume:NAME?lease=HOLDER&for=7d`.
    public var deliveries: [String]

    public init(name: String? = nil, recipe: String? = nil, lock: String? = nil, deliveries: [String] = []) {
        self.name = name
        self.recipe = recipe
        self.lock = lock
        self.deliveries = deliveries
    }

    static let mostDeliveries = 32

    public static let shape = Shape(
        "An environment to make ready: one of `name`, `recipe` and `lock`.", initial: EnvironmentOrder(),
        fields: [
            Field(
                "name", \.name, .text(1...255), examples: ["features"],
                "A recipe that lies where the server looks for them."),
            Field("recipe", \.recipe, .text(1...1 << 19), "A recipe in YAML."),
            Field("lock", \.lock, .text(1...1 << 20), "A lock in TOML."),
            Field(
                "deliveries", \.deliveries, .list(of: .delivery), examples: ["[tar.gz]"],
                "What it is wanted as, beside what drivers on the server's machine start from: `tar.gz`, `zip`, "
                    + "`docker://HOST/NAME:TAG`, `volume:NAME`, `volume:NAME?lease=HOLDER&for=7d`. Registries and volumes are "
                    + "those of the server's allow list."),
        ]
    ) { order, entries, mark, reading in
        if order.deliveries.count > EnvironmentOrder.mostDeliveries {
            reading.under("deliveries") {
                $0.report(
                    .badValue, at: mark, "are more than \(EnvironmentOrder.mostDeliveries)",
                    advice: "order some of them apart")
            }
        }
        let given = entries.filter { !$0.value.isNull && $0.key != "deliveries" }
        if given.isEmpty {
            reading.report(.missingKey, at: mark, "has none of `name`, `recipe` and `lock`", advice: "give one of them")
        }
        for entry in given.dropFirst() {
            reading.under(entry.key) {
                $0.report(.conflict, at: entry.keyMark, "excludes `\(given[0].key)`", advice: "keep one of the two")
            }
        }
    }
}

/// An environment that there is.
public struct KnownEnvironment: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case ready
        case notReady
        case building
    }

    /// 64 hexadecimal digits.
    public var id: String?
    public var state = State.ready
    public var name: String?
    public var version: String?
    public var tags: [String] = []
    public var python: String?
    public var platform: String?
    public var createdAt: Moment?

    public init() {}

    public static let shape = Shape(
        "An environment.", initial: KnownEnvironment(),
        fields: [
            Field("id", \.id, .anyText, "64 hexadecimal digits."),
            Field("state", \.state, .word, required: true, "Whether drivers can start from it at once."),
            Field("name", \.name, .anyText, "Its recipe's name."),
            Field("version", \.version, .anyText, "Its recipe's version."),
            Field("tags", \.tags, .list(of: .anyText), "Its tags."),
            Field("python", \.python, .anyText, "Its Python."),
            Field("platform", \.platform, .anyText, "What it is for."),
            Field("createdAt", \.createdAt, .moment, "When it was made."),
        ])

    public static let listShape = ItemList.shape("The environments.", shape, named: "environments")
}

/// One thing that happened to a job, or to a build.
public struct JobEvent: Hashable, Sendable {
    public var transition: Transition
    public var tenant: String
    public var user: String
    public var queue: String

    public init(_ transition: Transition, tenant: String, user: String, queue: String) {
        self.transition = transition
        self.tenant = tenant
        self.user = user
        self.queue = queue
    }

    public static let shape = Shape(
        "One step of a job, and whose it is.",
        initial: JobEvent(
            Transition(
                job: JobID(high: 0, low: 0), number: 1, at: Moment(milliseconds: 0), from: nil, to: .accepted,
                reason: "", message: "", actor: .system("")), tenant: "", user: "", queue: ""),
        fields: Transition.shape.fields.map { $0.within(\.transition) } + [
            Field("tenant", \.tenant, .anyText, required: true, "Whose the job is."),
            Field("user", \.user, .anyText, required: true, "Who submitted it."),
            Field("queue", \.queue, .anyText, required: true, "Its queue."),
        ])
}

extension Codec where Value == String {
    /// What an environment may be delivered as; what stands behind the first word is the server's to read.
    fileprivate static var delivery: Codec {
        parsed(
            "a delivery such as `tar.gz`",
            pattern: #"^(tar\.gz|zip|docker://[^\s]{3,512}|volume:[A-Za-z0-9][^\s]{0,511})$"#
        ) { text in
            guard
                text.wholeMatch(of: /tar\.gz|zip|docker:\/\/[^\s]{3,512}|volume:[A-Za-z0-9][^\s]{0,511}/) != nil
            else {
                throw BadText(
                    message: "is nothing that an environment is delivered as",
                    advice: "write tar.gz, zip, docker://HOST/NAME:TAG or volume:NAME")
            }
            return text
        } print: {
            $0
        }
    }
}
