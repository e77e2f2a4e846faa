import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("How much is said")
struct SpeakingTests {
    private let user: FreshUser
    private let wheel: WheelFixture
    private let lock: String

    init() async throws {
        let noise = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 16) }
        wheel = WheelFixture("large", files: [("large/noise.bin", noise)])
        user = try FreshUser([wheel])
        let recipe = try await user.recipe("demo", ["large"])
        try await user.succeed("env", "lock", recipe, "--quiet")
        lock = recipe.replacing(".yaml", with: ".lock.toml")
    }

    @Test("downloads are events with the file, the bytes so far and the size")
    func events() async throws {
        let lines = try await user.succeed("env", "fetch", lock, "--json").split(separator: "\n")
        let events = try lines.compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        let size = wheel.bytes.count
        let downloading = events.filter { $0["event"] as? String == "downloading" }
        let received = downloading.compactMap { $0["received"] as? Int }
        #expect(received.count > 1 && received == received.sorted() && received.last == size, "\(received)")
        #expect(downloading.allSatisfy { $0["file"] as? String == wheel.filename && $0["size"] as? Int == size })
        let downloaded = events.filter { $0["event"] as? String == "downloaded" }
        #expect(downloaded.count == 1 && downloaded[0]["file"] as? String == wheel.filename)
        #expect(downloaded.first?["size"] as? Int == size)
    }

    @Test("--quiet leaves both streams empty, --verbose adds to what is said otherwise")
    func amounts() async throws {
        func said(_ extra: String...) async throws -> Command.Outcome {
            try await user.command(["env", "build", lock, "--data", "data\(extra.joined())"] + extra).outcome()
        }
        let quiet = try await said("--quiet")
        #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.errors.isEmpty, "\(quiet.errorText)")
        let plain = try await said(), verbose = try await said("--verbose")
        for line in ["Environment demo ", "fetched \(wheel.filename)"] {
            #expect(plain.errorText.contains(line) && verbose.errorText.contains(line), "\(plain.errorText)")
        }
        #expect(!plain.errorText.contains("\nfetching: "), "\(plain.errorText)")
        #expect(verbose.errorText.contains("\nfetching: "), "\(verbose.errorText)")
        // A refusal is told however quiet.
        let refused = try await user.command(["env", "build", "nothing.yaml", "--quiet"]).outcome()
        #expect(refused.status == 3 && refused.errorText.contains("error: "))
    }
}
