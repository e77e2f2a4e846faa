internal import ArgumentParser
internal import ChidoriClient
internal import Diagnostics
internal import EnvironmentBuilder
internal import FileSystem
internal import HTTPServer
internal import JobAPI
internal import SystemPackage
internal import Transfer

/// The options of every command that talks to a server.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The server. Default: $CHIDORI_SERVER, else the one of the data folder on this machine.", valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with a token. Default: $CHIDORI_TOKEN_FILE, else that of the data folder's owner.",
            valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The server's data folder, where it is this machine's. Default: $CHIDORI_DATA, else ~/.local/share/chidori.",
            valueName: "dir"), completion: .directory)
    var data: String?

    @OptionGroup var speaking: SpeakingOptions

    var output: Output { speaking.output }

    /// - Parameter patience: how long to go on trying while the server does not answer.
    func client(patience: Duration = .seconds(2)) throws -> ChidoriClient {
        let named = server ?? variable("CHIDORI_SERVER")
        let folder = dataFolder(data)
        let text =
            named.map(Self.withScheme) ?? ServerPlace.read(in: folder)
            ?? "http://127.0.0.1:\(ServeConfiguration.standardPort)"
        let url = try ResourceURL(text)
        var options = TransferOptions.ofUser(environment: processEnvironment())
        options.userAgent = "chidori/\(chidoriVersion)"
        return try ChidoriClient(
            url, token: try token(for: url, isOwn: named == nil || isLoopback(host: url.host), in: folder),
            patience: patience,
            options: options)
    }

    private static func withScheme(_ text: String) -> String {
        if text.contains("://") { return text }
        let isLoopback = ListenAddress(text)?.isLoopback ?? (text == "localhost")
        return (isLoopback ? "http://" : "https://") + text
    }

    /// Whoever is on this machine can listen on the port of a server that died: the owner's token is not for them.
    private func refuseStrangers(at url: ResourceURL, for token: FilePath) throws {
        guard url.scheme == .http, let owner = try? token.stat().userID.rawValue else { return }
        let strangers = LoopbackListener.users(of: Int(url.port ?? 80)).subtracting([owner, 0])
        guard let stranger = strangers.min() else { return }
        throw ChidoriClientError(
            .unsafeServer, url.description, "is listened on by user \(stranger), and \(token) is user \(owner)'s",
            advice: "start the data folder's own server, or name its URL and a token with --server and --token-file")
    }

    /// - Parameter isOwn: whether the data folder's token may be meant; it goes to no other server.
    private func token(for url: ResourceURL, isOwn: Bool, in folder: FilePath) throws -> String? {
        let named = tokenFile ?? variable("CHIDORI_TOKEN_FILE")
        guard let path = named.map(absolute) ?? (isOwn ? folder.appending(FirstToken.name) : nil) else {
            throw ChidoriClientError(
                .noToken, "the server", "wants a token, and none is named",
                advice: "give --token-file or CHIDORI_TOKEN_FILE")
        }
        if named == nil { try refuseStrangers(at: url, for: path) }
        do {
            if let token = try FirstToken.read(path) { return token }
        } catch {
            throw ChidoriClientError(
                .noToken, path.string, "cannot be read: \(error)", advice: "name a file of yours with --token-file")
        }
        if named == nil { return nil }
        throw ChidoriClientError(
            .noToken, path.string, "holds no token", advice: "put a token there, as its only line")
    }
}
