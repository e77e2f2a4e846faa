import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// What a registry sees of a release that ends in its middle.
@Suite("A release that ends early", .timeLimit(.minutes(5)))
struct ReleaseOrderTests {
    private let user: FreshUser
    private let registry: FakeRegistry

    init() throws {
        user = try FreshUser(Releaser.wheels)
        registry = try FakeRegistry()
    }

    private func release(_ recipe: String) async throws -> Command.Outcome {
        try await user.command(
            [
                "image", "release", recipe, "--to", "\(registry.host)/team/demo", "--key", "release.key", "--test-in",
                "nowhere",
            ],
            environment: [
                "CHIDORI_PLAIN_HTTP": registry.host, "CONTAINERS_REGISTRIES_CONF": "/dev/null",
                "REGISTRY_AUTH_FILE": nil,
                "XDG_RUNTIME_DIR": nil, "DOCKER_CONFIG": nil,
            ]
        ).outcome()
    }

    private func recipe(_ tool: String) async throws -> String {
        try await user.recipe("demo", ["tool==\(tool)"], more: "version: \"1.0\"\n")
    }

    /// The tags with what they mean.
    private func tags() -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in registry.names(in: "team/demo") where !name.hasPrefix("sha256") {
            found[name] = registry.manifest(name, in: "team/demo")
        }
        return found
    }

    @Test(
        "leaves the moving tags where they were, and the next one goes on; 'latest' is written last of all",
        arguments: [
            "blobs", "manifests/sha256:", "manifests/sha256-", "manifests/1.0-2", "manifests/1.0", "manifests/latest",
        ])
    func early(place: String) async throws {
        try await user.succeed("image", "key", "new", "release.key")
        let first = try await release(recipe("1.0"))
        #expect(first.status == 0, "\(first.errorText)")
        let before = tags()
        #expect(before.keys.sorted() == ["1.0", "1.0-1", "latest"])

        let written = Mutex<[String]>([])
        let isMended = Mutex(false)
        registry.interfere { request in
            guard ["PUT", "POST", "PATCH"].contains(request.method) else { return nil }
            let path = request.path.split(separator: "/team/demo/").last.map(String.init) ?? ""
            let isMeant = path == place || place.hasSuffix(":") || place.hasSuffix("-") || place == "blobs"
            let refuses = !isMended.withLock { $0 }
            if refuses, isMeant, path.hasPrefix(place) {
                return HTTPReply(403, #"{"errors":[{"code":"DENIED","message":"not now"}]}"#.utf8)
            }
            if request.method == "PUT" { written.withLock { $0.append(path) } }
            return nil
        }
        let second = try await recipe("1.1")
        let ended = try await release(second)
        #expect(ended.status == 3, "\(ended.errorText)")
        let between = tags()
        #expect(between["latest"] == before["latest"] && between["1.0-1"] == before["1.0-1"])
        #expect((between["1.0-2"] != nil) == ["manifests/1.0", "manifests/latest"].contains(place))
        #expect((between["1.0"] == before["1.0"]) == (place != "manifests/latest"))

        isMended.withLock { $0 = true }
        let again = try await release(second)
        #expect(again.status == 0, "\(again.errorText)")
        let after = tags()
        #expect(after.keys.sorted() == ["1.0", "1.0-1", "1.0-2", "latest"])
        #expect(after["latest"] == after["1.0-2"] && after["1.0"] == after["1.0-2"])
        #expect(after["1.0-1"] == before["1.0-1"] && after["1.0-2"] != after["1.0-1"])
        let order = written.withLock { $0 }
        #expect(order.last == "manifests/latest", "\(order)")
        let tag = try #require(order.firstIndex(of: "manifests/1.0-2"))
        let signature = try #require(order.firstIndex { $0.hasSuffix(".sig") })
        #expect(signature < tag && order.suffix(from: tag).allSatisfy { $0.hasPrefix("manifests/") }, "\(order)")
        #expect(!order[tag...].contains { $0.hasPrefix("manifests/sha256") }, "\(order)")
    }
}
