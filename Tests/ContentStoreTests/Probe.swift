import Foundation
import SystemPackage
import TestSupport
import Workers

/// A running `StoreProbe`, which this process may kill.
final class Probe: Sendable {
    private let process: pid_t
    private let output: String

    private static let path = BuiltProduct.path("StoreProbe")

    init(_ arguments: String...) throws {
        output = "\(NSTemporaryDirectory())/chidori-probe-\(UInt64.random(in: .min ... .max))"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        let words = ([Self.path] + arguments).map { strdup($0) } + [nil]
        let variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var process = pid_t()
        let status = posix_spawn(&process, Self.path, &actions, nil, words, variables)
        guard status == 0 else { throw Errno(rawValue: status) }
        self.process = process
    }

    deinit {
        unlink(output)
    }

    func kill() {
        Foundation.kill(process, SIGKILL)
    }

    /// Waits for its end: the exit status, or minus the signal; and what it printed.
    ///
    /// No thread of the tests' pool is held meanwhile.
    @discardableResult
    func wait() async throws -> (status: Int32, output: String) {
        let process = process
        let status = try await blocking {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            return status
        }
        let signal = status & 0x7f
        return (signal == 0 ? status >> 8 & 0xff : -signal, printed)
    }

    var printed: String {
        (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    }

    var identifier: Int32 { process }
}
