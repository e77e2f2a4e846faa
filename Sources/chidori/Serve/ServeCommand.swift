internal import ArgumentParser
internal import BuildService
internal import Diagnostics
internal import EnvironmentBuilder
internal import Glibc
internal import HTTPServer
internal import JobEngine
internal import JobModel
internal import JobStore
internal import LocalProvider
internal import Logging
internal import SQLiteQueue
internal import SystemPackage

/// `chidori serve`: the server.
struct ServeCommand: AsyncParsableCommand, Reporting {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Take jobs, decide who runs, run them, and remember everything.",
        usage: "chidori serve [--data <dir>] [--listen <host:port>] [<options>]",
        discussion: """
            Jobs that run go on when the server ends, however it ends; the next one takes them over.

            The first start writes an administrator's token to DATA/admin.token. Anything wider than this machine needs \
            --tls-certificate and --tls-key.

            Examples:
              chidori serve
              chidori serve --data /srv/chidori --listen 127.0.0.1:7878
            """)

    @Option(
        name: .long, help: ArgumentHelp("Where to listen. Default: 127.0.0.1:7878.", valueName: "host:port"))
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
            "A folder of recipes that jobs may name; several are looked through in turn.", valueName: "dir"),
        completion: .directory)
    var recipes: [String] = []

    @OptionGroup var shared: SharedOptions

    var output: Output { shared.general.output }

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key belong together")
        }
    }

    func run() async throws {
        let settings = try shared.settings()
        CreationMask.protect(dataFolder: settings.data)
        var server = HTTPServerConfiguration()
        if let listen {
            guard let address = ListenAddress(listen) else {
                throw WrongUse("chidori serve", "takes HOST:PORT for --listen, not \(listen)")
            }
            server.address = address
        }
        if let tlsCertificate, let tlsKey {
            server.tls = TLSFiles(certificate: absolute(tlsCertificate), key: absolute(tlsKey))
        }
        server.version = chidoriVersion
        let life = try await ServerLife(
            data: settings.data, server: server,
            builds: BuildService(settings: settings, recipes: recipes.map(absolute)), output: output)
        try await life.run()
    }
}
