internal import ArgumentParser

/// Where packages come from.
struct IndexOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The default package index. Default: the one pip on this machine uses.", valueName: "url"))
    var indexUrl: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A further index, asked before the default one; the first that knows a package has it. May be repeated.",
            valueName: "url"))
    var extraIndexUrl: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("A folder or page with wheels. May be repeated.", valueName: "place"))
    var findLinks: [String] = []
}
