import Foundation
import SystemPackage
import TestSupport
import Testing

/// What `deploy/volume` gives Kubernetes.
@Suite("Volumes on Kubernetes")
struct VolumeDeployTests {
    private static let folder = Peer.repository.appending("deploy/volume")

    private static let files: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).filter { $0.hasSuffix(".yaml") }
        .sorted()

    @Test("the manifests are what Kubernetes' schemas ask for", .enabled(if: Peer.has("python3"), "needs python3"))
    func schemas() async throws {
        #expect(Self.files.count >= 4)
        let environment = try await PythonPeers.environment(requirements: ["kubernetes-validate==1.37.0"])
        let program = environment.appending("bin/kubernetes-validate").string
        for version in ["1.28.0", "1.37.0"] {
            let outcome = try await Command(
                program, ["--strict", "-k", version] + Self.files.map { Self.folder.appending($0).string }
            ).outcome()
            #expect(outcome.succeeded, "\(version): \(outcome.text)\(outcome.errorText)")
        }
    }

    @Test("drivers mount the volume read-only and name a Python on it, and only publishers and collectors may write")
    func roles() throws {
        for file in Self.files where file.hasPrefix("driver") {
            let text = try String(contentsOfFile: Self.folder.appending(file).string, encoding: .utf8)
            #expect(text.contains("PYSPARK_PYTHON") && !text.contains("readOnly: false"))
            #expect(text.split(separator: "\n").count { $0.hasSuffix("readOnly: true") } == 2, "\(file)")
        }
    }

    @Test("what the manifests tell Chidori to do is what it understands")
    func arguments() async throws {
        let user = try FreshUser(Delivery.wheels)
        for file in Self.files {
            let text = try String(contentsOfFile: Self.folder.appending(file).string, encoding: .utf8)
            let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            guard text.contains("chidori:"), let start = lines.firstIndex(of: "args:") else { continue }
            let words = lines[(start + 1)...].prefix { $0.hasPrefix("- ") }.map { String($0.dropFirst(2)) }
            #expect(words.first == "volume")
            // With a place that is none: everything before that was understood.
            let outcome = try await user.command(words.map { $0 == "/environments" ? "/nowhere" : $0 }).outcome()
            #expect(outcome.status == 3 && outcome.errorText.contains("/nowhere"), "\(words): \(outcome.errorText)")
        }
    }
}
