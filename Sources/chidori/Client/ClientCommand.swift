internal import ChidoriClient

/// A command that asks a server, and has one answer.
protocol ClientCommand: AnsweringCommand {
    var shared: ServerOptions { get }
    /// How long to go on trying while the server does not answer.
    var patience: Duration { get }

    func answer(_ client: ChidoriClient) async throws -> Answer
}

extension ClientCommand {
    var output: Output { shared.output }
    var patience: Duration { .seconds(2) }

    func answer() async throws -> Answer { try await answer(try shared.client(patience: patience)) }
}
