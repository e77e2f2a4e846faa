internal import JobAPI
internal import JobModel
internal import Scheduling

extension Caps {
    /// `3 drivers, 8 cores`, or `-` where nothing is limited.
    var line: String {
        let limits = resources.compactMap { resource in limit(of: resource).map { "\(Quantity(resource, $0))" } }
        return limits.isEmpty ? "-" : limits.joined(separator: ", ")
    }

    /// Each resource that is limited or in use, a line each: how much of it there may be, and how much there is.
    func table(beside use: ClusterReport.Use) -> String {
        var table = Table(["CAP", "IN USE"])
        let others = use.resources.named.filter { $0.value > 0 && named[$0.key] == nil }.keys.sorted()
        for resource in resources + others {
            let cap = limit(of: resource).map { "\(Quantity(resource, $0))" } ?? "no limit"
            table.add([cap, "\(Quantity(resource, use.amount(of: resource)))"])
        }
        return table.text
    }

    /// As ``Quantity`` calls them, in the order that people tell them.
    private var resources: [String] { ["drivers", "cpu", "memory"] + named.keys.sorted() }

    private func limit(of resource: String) -> Int64? {
        switch resource {
        case "drivers": drivers.map(Int64.init)
        case "cpu": cpu
        case "memory": memory
        default: named[resource]
        }
    }
}

extension ClusterReport.Use {
    fileprivate func amount(of resource: String) -> Int64 {
        switch resource {
        case "drivers": Int64(drivers)
        case "cpu": resources.cpu
        case "memory": resources.memory
        default: resources.named[resource] ?? 0
        }
    }
}
