/// A command that works on a data folder, and has one answer.
protocol SessionCommand: AnsweringCommand {
    associatedtype Options: SessionOptions
    var shared: Options { get }

    /// Does the work. What is said on the way goes through the session.
    func answer(_ session: Session) async throws -> Answer
}

extension SessionCommand {
    var output: Output { shared.general.output }

    func answer() async throws -> Answer {
        let session = try Session(shared)
        // Nothing is said while lines of progress still stand on the terminal.
        defer { session.progress.finish() }
        return try await answer(session)
    }
}
