internal import ArgumentParser
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
        var document = OptionDocument()
        for (key, value) in [("drivers", drivers), ("cores", cores), ("memory", memory)] where value != "none" {
            document.put(key, value)
        }
        let unlimited = accelerator.filter { $0.hasSuffix("=none") }.map { String($0.dropLast("=none".count)) }
        try document.put(
            "accelerators", pairs: accelerator.filter { !$0.hasSuffix("=none") }, as: "--accelerator")
        let given = try document.value(Caps.shape)
        if drivers != nil { caps.drivers = given.drivers }
        if cores != nil { caps.cpu = given.cpu }
        if memory != nil { caps.memory = given.memory }
        caps.named.merge(given.named) { _, new in new }
        for name in unlimited { caps.named[name] = nil }
    }
}
