internal import ArgumentParser
internal import Diagnostics

/// A command with shared options, so that the program reports its errors the way the options say.
protocol Reporting {
    var output: Output { get }
}

/// A command that works on a data folder and has one answer: the frame that all of them share.
protocol SessionCommand: AsyncParsableCommand, Reporting {
    associatedtype Options: SessionOptions
    var shared: Options { get }

    /// Does the work. What is said on the way goes through the session.
    func answer(_ session: Session) async throws -> Answer
}

extension SessionCommand {
    var output: Output { shared.general.output }

    func run() async throws {
        let session = try Session(shared)
        // Nothing is said while lines of progress still stand on the terminal.
        let answer: Answer
        do {
            defer { session.progress.finish() }
            answer = try await self.answer(session)
        }
        output.give(answer)
        if let finding = answer.finding { throw ExitCode(finding.rawValue) }
    }
}
