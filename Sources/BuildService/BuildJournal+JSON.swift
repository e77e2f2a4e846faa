internal import Diagnostics
internal import EnvironmentSupply
internal import JSONDocument
internal import JobModel

/// What is on the disk, as JSON.
extension BuildJournal {
    static func json(_ entry: Entry) -> JSON {
        let build = entry.build
        return [
            "order": entry.order.map(json) ?? .null, "kind": .string(build.kind.rawValue),
            "name": .string(build.name), "state": .string(build.state.rawValue),
            "askers": JSON(build.askers), "viewers": JSON(build.viewers.sorted()),
            "environment": JSON(build.environment),
            "stamp": build.stamp.map { JSON([$0.recipe, $0.lock]) } ?? .null,
            "trouble": build.trouble.map(json) ?? .null, "deliveries": .array(build.deliveries.map(json)),
            "changes": .array(build.changes.map(JSON.string)), "sources": .array(build.sources.map(JSON.string)),
            "startedAt": .integer(build.startedAt.milliseconds),
            "endedAt": build.endedAt.map { .integer($0.milliseconds) } ?? .null,
            "lastEvent": build.lastEvent.map(json) ?? .null,
        ]
    }

    private static func json(_ order: BuildOrder) -> JSON {
        let (kind, text): (String, String) =
            switch order.reference {
            case .named(let name): ("name", name)
            case .recipe(let yaml): ("recipe", yaml)
            case .lock(let toml): ("lock", toml)
            }
        return [
            kind: .string(text), "deliveries": .array(order.deliveries.map { .string($0.description) }),
            "upgrades": .bool(order.upgrades),
        ]
    }

    private static func json(_ delivery: Build.Delivery) -> JSON {
        [
            "delivery": .string(delivery.delivery), "state": .string(delivery.state.rawValue),
            "digest": JSON(delivery.digest), "size": delivery.size.map { .integer(Int64(clamping: $0)) } ?? .null,
            "path": JSON(delivery.path), "trouble": delivery.trouble.map(json) ?? .null,
        ]
    }

    private static func json(_ trouble: Build.Trouble) -> JSON {
        ["status": .integer(Int64(trouble.category.rawValue)), "message": .string(trouble.message)]
    }

    static func json(_ event: Build.Event) -> JSON {
        [
            "number": .integer(Int64(event.number)), "at": .integer(event.at.milliseconds),
            "stage": .string(event.stage), "message": .string(event.message),
        ]
    }

    // MARK: - Reading

    static func event(_ json: JSON) -> Build.Event? {
        guard let fields = json.fields, let number = fields["number"]?.whole, let at = fields["at"]?.moment,
            let stage = fields["stage"]?.text, let message = fields["message"]?.text
        else { return nil }
        return Build.Event(number: Int(number), at: at, stage: stage, message: message)
    }

    /// - Parameter id: the folder's name, which has to be the order's.
    static func entry(_ json: JSON, _ id: Build.ID) -> Entry? {
        guard let fields = json.fields, let kind = fields["kind"]?.text.flatMap(Build.Kind.init),
            let name = fields["name"]?.text, let state = fields["state"]?.text.flatMap(Build.State.init),
            let startedAt = fields["startedAt"]?.moment
        else { return nil }
        var build: Build
        let order = fields["order"].flatMap(Self.order)
        if let order {
            guard order.id == id else { return nil }
            build = Build(order, named: name, for: "", at: startedAt)
        } else {
            guard kind == .image else { return nil }
            build = Build(id, kind, name, for: "", at: startedAt)
        }
        build.state = state
        build.askers = fields["askers"]?.texts ?? []
        build.viewers = Set(fields["viewers"]?.texts ?? [])
        build.environment = fields["environment"]?.text
        if let stamp = fields["stamp"]?.texts, stamp.count == 2 {
            build.stamp = RecipeStamp(recipe: stamp[0], lock: stamp[1])
        }
        build.trouble = fields["trouble"].flatMap(trouble)
        build.deliveries = (fields["deliveries"]?.items ?? []).compactMap(delivery)
        build.changes = fields["changes"]?.texts ?? []
        build.sources = fields["sources"]?.texts ?? []
        build.endedAt = fields["endedAt"]?.moment
        build.lastEvent = fields["lastEvent"].flatMap(event)
        return Entry(build: build, order: order)
    }

    private static func order(_ json: JSON) -> BuildOrder? {
        guard let fields = json.fields else { return nil }
        let reference: EnvironmentReference
        if let name = fields["name"]?.text {
            reference = .named(name)
        } else if let yaml = fields["recipe"]?.text {
            reference = .recipe(yaml)
        } else if let toml = fields["lock"]?.text {
            reference = .lock(toml)
        } else {
            return nil
        }
        return BuildOrder(
            reference, deliveries: (fields["deliveries"]?.texts ?? []).compactMap { try? BuildDelivery($0) },
            upgrades: fields["upgrades"] == .bool(true))
    }

    private static func delivery(_ json: JSON) -> Build.Delivery? {
        guard let fields = json.fields, let text = fields["delivery"]?.text,
            let state = fields["state"]?.text.flatMap(Build.Delivery.State.init)
        else { return nil }
        var delivery = Build.Delivery(text)
        delivery.state = state
        delivery.digest = fields["digest"]?.text
        delivery.size = fields["size"]?.whole.map { UInt64(clamping: $0) }
        delivery.path = fields["path"]?.text
        delivery.trouble = fields["trouble"].flatMap(trouble)
        return delivery
    }

    private static func trouble(_ json: JSON) -> Build.Trouble? {
        guard let fields = json.fields, let message = fields["message"]?.text else { return nil }
        let status = fields["status"]?.whole.flatMap { Int32(exactly: $0) }
        return Build.Trouble(
            category: status.flatMap(DiagnosticCategory.init) ?? .internalFault, message: message)
    }
}

extension JSON {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var whole: Int64? { if case .integer(let number) = self { number } else { nil } }
    fileprivate var moment: Moment? { whole.map { Moment(milliseconds: $0) } }
    fileprivate var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    fileprivate var texts: [String] { items.compactMap(\.text) }
}
