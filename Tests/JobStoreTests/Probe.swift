import Foundation
import TestSupport

/// A running `JobStoreProbe`, which this process may kill.
final class Probe: Sendable {
    private let command: RunningCommand

    struct Silent: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: String...) throws {
        command = try Command(BuiltProduct.path("JobStoreProbe"), arguments).start()
    }

    var output: String { String(decoding: command.outputSoFar, as: UTF8.self) }

    /// Waits until it has printed a line.
    func printed(_ line: String) async throws {
        for _ in 0..<2000 {
            if output.split(separator: "\n").contains(Substring(line)) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        command.signal(SIGKILL)
        let outcome = await command.outcome()
        throw Silent(description: "the probe did not print \(line): \(outcome.text)\(outcome.errorText)")
    }

    /// Kills it at once, and gives what it had printed.
    @discardableResult
    func kill() async throws -> String {
        command.signal(SIGKILL)
        let outcome = await command.outcome()
        guard outcome.status == 128 + SIGKILL else {
            throw Silent(
                description: "the probe ended by itself: \(outcome.status) \(outcome.text)\(outcome.errorText)")
        }
        return outcome.text
    }
}
