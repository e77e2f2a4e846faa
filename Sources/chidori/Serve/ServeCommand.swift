internal import ArgumentParser
internal import Diagnostics
internal import EnvironmentBuilder
internal import HTTPServer
internal import JSONDocument
internal import SystemPackage

/// `chidori serve`: takes, queues, runs and watches jobs.
struct ServeCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Take, queue, run and watch jobs, on this machine.",
        usage: "chidori serve [<options>]",
        discussion: """
            The first token is in admin.token in the data folder, for its owner alone; clients on this machine find it by \
            themselves. Drivers go on when the server stops or dies, and the next one takes them over.

            Examples:
              chidori serve
              chidori serve --data /var/lib/chidori --listen 0.0.0.0:7878 \\
                --tls-certificate chain.pem --tls-key key.pem
              chidori serve --config serve.yaml --check
              chidori serve --schema > serve.schema.json
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to listen. Anything but loopback takes --tls-certificate and --tls-key. Default: 127.0.0.1:7878.",
            valueName: "host:port"))
    var listen: String?

    @Option(
        name: .long, help: ArgumentHelp("The certificate with its chain, in PEM.", valueName: "file"),
        completion: .file())
    var tlsCertificate: String?

    @Option(name: .long, help: ArgumentHelp("The certificate's key, in PEM.", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration. Default: $CHIDORI_SERVE_CONFIG, else serve.yaml in the data folder if it is there.",
            valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A folder of recipes that jobs may name, looked through before those of the configuration. May be repeated.",
            valueName: "dir"), completion: .directory)
    var recipes: [String] = []

    @Flag(name: .long, help: "Only look whether the configuration can be served, and tell every mistake.")
    var check = false

    @Flag(name: .long, help: "Print the JSON Schema of the configuration.")
    var schema = false

    @OptionGroup var shared: SharedOptions

    private var general: GeneralOptions { shared.general }

    var output: Output { general.output }

    func validate() throws {
        if let listen, ListenAddress(listen) == nil {
            throw ValidationError("--listen takes an address such as 127.0.0.1:7878, not '\(listen)'")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run() async throws {
        if schema {
            writeAll(ServeConfiguration.schema.pretty, to: .standardOutput)
            return
        }
        let configuration = try configured()
        let obstacles = configuration.obstacles(in: general.dataFolder)
        if !obstacles.isEmpty { throw ServeObstacles(obstacles) }
        if check {
            output.give(
                Answer(
                    ["listen": .string(configuration.listen.description), "data": .string(general.dataFolder.string)],
                    remarks: ["The configuration can be served, at \(configuration.listen)"]))
            return
        }
        CreationMask.protect(dataFolder: general.dataFolder)
        try await ServerLife(configuration, settings: try shared.settings(), output: output).run()
    }

    /// The file, variables over it, and options over both.
    private func configured() throws -> ServeConfiguration {
        let file = config.map(absolute) ?? ServeConfiguration.file(in: general.dataFolder)
        var configuration = try ServeConfiguration(file: file, variables: processEnvironment())
        if let listen = listen.flatMap({ ListenAddress($0) }) { configuration.listen = listen }
        if let tlsCertificate, let tlsKey {
            configuration.tls = .init(certificate: absolute(tlsCertificate).string, key: absolute(tlsKey).string)
        }
        configuration.recipes = recipes.map { absolute($0).string } + configuration.recipes
        if general.offline { configuration.offline = true }
        if general.speaking.json { configuration.log.format = .json }
        if general.verbose { configuration.log.level = .debug }
        if general.speaking.quiet { configuration.log.level = .warning }
        return configuration
    }
}

/// Everything that stands against serving.
struct ServeObstacles: Diagnostic {
    let obstacles: [ServeError]

    init(_ obstacles: [ServeError]) {
        self.obstacles = obstacles
    }

    var category: DiagnosticCategory { .badInput }
    var subject: String { obstacles.count == 1 ? obstacles[0].subject : "the configuration" }
    var message: String {
        if obstacles.count == 1 { return obstacles[0].message }
        let lines = obstacles.map { "\n  \($0.subject): \($0.message)" + ($0.advice.map { " (try: \($0))" } ?? "") }
        return "\(obstacles.count) mistakes" + lines.joined()
    }
    var advice: String? { obstacles.count == 1 ? obstacles[0].advice : nil }
}
