internal import ArgumentParser
internal import Diagnostics

/// A command with shared options, so that the program reports its errors the way the options say.
protocol Reporting {
    var output: Output { get }
}

/// A command that has one answer: the frame of most of them.
protocol AnsweringCommand: AsyncParsableCommand, Reporting {
    func answer() async throws -> Answer
}

extension AnsweringCommand {
    func run() async throws {
        let answer = try await self.answer()
        output.give(answer)
        if let finding = answer.finding { throw ExitCode(finding.rawValue) }
    }
}
