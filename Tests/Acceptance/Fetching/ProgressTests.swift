import Cryptography
import Foundation
import ImageSpec
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
    private func onTerminal(_ arguments: String..., environment: [String: String?] = [:]) async throws -> String {
        let terminal: [String: String?] = ["TERM": "xterm", "NO_COLOR": nil, "CLICOLOR_FORCE": nil]
        var command = user.command(arguments, environment: terminal.merging(environment) { $1 })
        let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        command.arguments = ["python3", "-c", script] + command.arguments
        return try await command.run()
    }

    @Test("on a terminal is a bar that grows in its place, and nothing of it is left at the end")
    func bars() async throws {
        let text = try await onTerminal("env", "fetch", lock)
        try expectBar(for: Self.wheel.filename, before: "Fetched 1 file", in: text)
    }

    /// Looks for the bar of a file in what was written on a terminal.
    ///
    /// - Parameter end: what the result begins with.
    private func expectBar(for name: String, before end: String, in text: String) throws {
        let pictures = text.components(separatedBy: Self.back).flatMap { $0.components(separatedBy: "\r\n") }
            .filter { $0.contains(name) && !$0.contains("fetched") }
        // From the first to the last picture the bar has grown.
        let lengths = pictures.map { $0.count { $0 == "━" } }
        #expect(pictures.count > 3 && lengths == lengths.sorted() && lengths.first != lengths.last, "\(text)")
        #expect(pictures.first?.contains("╌") == true)
        // As many lines are taken back as were drawn, and the last of them before the result is told.
        let result = try #require(text.range(of: end, options: .backwards))
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

    @Test("an image that is copied from and to a registry has a bar for each blob on a terminal, and lines of JSON")
    func images() async throws {
        let registry = try FakeRegistry()
        let layer = [UInt8](repeating: 7, count: 4_000_000)
        let configuration = ImageConfiguration(platform: .ofThisMachine, diffIDs: [SHA256Digest(of: layer)]).bytes
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configuration),
            layers: [Descriptor(mediaType: MediaType.layer, of: layer)])
        for blob in [layer, configuration] { registry.put(blob: blob, in: "a") }
        registry.put(manifest: manifest.bytes, type: MediaType.manifest, as: "1", in: "a")
        let digest = SHA256Digest(of: layer).prefixed
        registry.interfere { request in
            guard request.path.hasSuffix(digest), request.method == "GET" else { return nil }
            return HTTPReply.file(layer).with(\.drip, (bytes: 160_000, milliseconds: 20))
        }
        let environment: [String: String?] = [
            "CHIDORI_PLAIN_HTTP": registry.host, "CONTAINERS_REGISTRIES_CONF": "/dev/null", "REGISTRY_AUTH_FILE": nil,
        ]
        let place = "docker://\(registry.host)/a:1"
        let name = String(digest.prefix(19))
        let text = try await onTerminal("image", "copy", place, "oci:copy:v1", environment: environment)
        try expectBar(for: name, before: "Copied \(place)", in: text)

        /// How far the layer was each time that was told, and how much was there in the end.
        func told(_ words: String..., kind: String, count: String) async throws -> (counts: [Int], end: Int?) {
            let outcome = try await user.command(["image", "copy"] + words + ["--json"], environment: environment)
                .outcome()
            #expect(outcome.succeeded, "\(outcome.errorText)")
            let lines = try outcome.text.split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }.filter { $0["file"] as? String == name }
            let steps = lines.filter { $0["event"] as? String == "\(kind)ing" }
            #expect(steps.allSatisfy { $0["size"] as? Int == layer.count })
            let end = lines.last { $0["event"] as? String == "\(kind)ed" }?["size"] as? Int
            return (steps.compactMap { $0[count] as? Int }, end)
        }
        let pulled = try await told(place, "oci:other:v1", "--data", "other", kind: "download", count: "received")
        let pushed = try await told("oci:copy:v1", "docker://\(registry.host)/b:1", kind: "upload", count: "sent")
        for (counts, end) in [pulled, pushed] {
            #expect(counts.count > 10 && counts == counts.sorted() && counts.last == layer.count, "\(counts)")
            #expect(end == layer.count)
        }
    }
}
