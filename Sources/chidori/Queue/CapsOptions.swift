internal import ArgumentParser
internal import Diagnostics
internal import Documents
internal import JobModel

/// Caps as options: what is not named stays as it is, and `none` takes a limit away.
struct CapsOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Drivers at once, or `none` for no limit.", valueName: "n"))
    var drivers: String?

    @Option(name: .long, help: ArgumentHelp("Cores of drivers and executors together, or `none`.", valueName: "n"))
    var cores: String?

    @Option(name: .long, help: ArgumentHelp("Memory of drivers and executors together, or `none`.", valueName: "size"))
    var memory: String?

    @Option(
        name: .long,
        help: ArgumentHelp("What else is counted, such as gpu=4 or gpu=none. May be repeated.", valueName: "k=n"))
    var accelerator: [String] = []

    var isEmpty: Bool { drivers == nil && cores == nil && memory == nil && accelerator.isEmpty }

    /// - Throws: every mistake at once, as the API tells it.
    func change(_ caps: inout Caps) throws {
        var entries: [SourceNode.Entry] = []
        for (key, value) in [("drivers", drivers), ("cores", cores), ("memory", memory)] {
            guard let value, value != "none" else { continue }
            entries.append(.init(key, SourceNode(.scalar(value, .plain))))
        }
        var counts = caps.named
        var named: [SourceNode.Entry] = []
        for pair in accelerator {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw JobCommandError(
                    .request, "--accelerator \(pair)", "has no name and number", advice: "write gpu=4")
            }
            counts[parts[0]] = nil
            if parts[1] != "none" { named.append(.init(parts[0], SourceNode(.scalar(parts[1], .plain)))) }
        }
        entries.append(.init("accelerators", .mapping(named)))
        let given = try Caps.shape.value(of: .mapping(entries), in: "the options")
        if drivers != nil { caps.drivers = given.drivers }
        if cores != nil { caps.cpu = given.cpu }
        if memory != nil { caps.memory = given.memory }
        caps.named = counts.merging(given.named) { _, new in new }
    }
}

extension Caps {
    /// `3 drivers, 8 cores`, or that there are none.
    var line: String {
        var members: [String] = []
        if let drivers { members.append(counted(drivers, "driver")) }
        if let cpu {
            members.append(cpu % 1000 == 0 ? counted(Int(cpu / 1000), "core") : "\(Double(cpu) / 1000) cores")
        }
        if let memory { members.append("\(memory >> 20) MiB") }
        members += named.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return members.isEmpty ? "-" : members.joined(separator: ", ")
    }
}
