import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The progress of a fetch")
struct ProgressTests {
    private static let wheel = WheelFixture("large").adding(
        "large/data.txt", String(repeating: "0123456789\n", count: 400_000))
    private static let back = "\u{1B}[1A\u{1B}[2K"

    private let user: FreshUser
    private let lock: String

    init() async throws {
        user = try FreshUser([Self.wheel])
        try await user.succeed("env", "lock", user.recipe("large", ["large"]), "--quiet")
        lock = user.scratch.file("recipes/large.lock.toml").string
        // Half a second for the file's four megabytes, of which the program tells every quarter.
        let drip = (bytes: Self.wheel.bytes.count / 25, milliseconds: 20)
        user.index.server.on(user.index.path(of: Self.wheel), .file(Self.wheel.bytes).with(\.drip, drip))
    }

    /// What the program writes on a terminal.
    private func onTerminal(_ arguments: String...) async throws -> String {
        var command = user.command(arguments, environment: ["TERM": "xterm", "NO_COLOR": nil, "CLICOLOR_FORCE": nil])
        let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        command.arguments = ["python3", "-c", script] + command.arguments
        return try await command.run()
    }

    @Test("on a terminal is a bar that grows in its place, and nothing of it is left at the end")
    func bars() async throws {
        let text = try await onTerminal("env", "fetch", lock)
        let pictures = text.components(separatedBy: Self.back).filter { $0.contains(Self.wheel.filename) }
        // From the first to the last picture the bar has grown.
        let lengths = pictures.map { $0.count { $0 == "━" } }
        #expect(pictures.count > 3 && lengths == lengths.sorted() && lengths.first != lengths.last, "\(text)")
        #expect(pictures.first?.contains("╌") == true)
        // As many lines are taken back as were drawn, and the last of them before the result is told.
        let result = try #require(text.range(of: "Fetched 1 file", options: .backwards))
        let (drawn, told) = (text[..<result.lowerBound], text[result.lowerBound...])
        #expect(
            drawn.components(separatedBy: Self.back).count == drawn.components(separatedBy: "\r\n").count, "\(text)")
        #expect(!told.contains("━") && !told.contains(Self.back), "\(text)")
    }

    @Test("without a terminal is a plain sentence for each file, and with --quiet nothing")
    func sentences() async throws {
        let said = try await user.chidori("env", "fetch", lock)
        #expect(
            said.errorText.contains("fetched \(Self.wheel.filename) (") && said.errorText.contains("Fetched 1 file"))
        #expect(!said.errorText.contains("\u{1B}") && !said.errorText.contains("━"), "\(said.errorText)")
        #expect(said.output.isEmpty && said.succeeded)
        let quiet = try await onTerminal("env", "fetch", lock, "--quiet", "--data", user.scratch.file("other").string)
        #expect(quiet.isEmpty, "\(quiet)")
    }
}
