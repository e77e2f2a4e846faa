import Foundation
import SystemPackage
import TestSupport
import Testing

/// What `--json` prints, as docs/reference/commands.md promises it.
@Suite("JSON documents")
struct DocumentTests {
    /// A command, its arguments, and the keys of its result beside `event`.
    private struct Case {
        let arguments: [String]
        let keys: Set<String>

        init(_ arguments: [String], _ keys: String...) {
            self.arguments = arguments
            self.keys = Set(keys)
        }
    }

    @Test("every command's is an object a line, the last one the result with the documented keys")
    func all() async throws {
        let user = try FreshUser()
        let jars = try JarFolder(user: user)
        try jars.publish("lib:1.0")
        let recipe = try await jars.recipe(
            "demo", ["org.example:lib:1.0"], more: "version: \"1.0\"\ntests:\n  - import: good\n")
        let lock = recipe.replacing(".yaml", with: ".lock.toml")
        let tree = user.scratch.file("tree").string
        let osv = try user.scratch.write("osv/X.json", #"{"id": "X", "affected": []}"#).string
        let volume = try user.emptyVolume().string
        let documented = try String(
            contentsOfFile: Peer.repository.appending("docs/reference/json.md").string, encoding: .utf8)
        let cases = [
            Case(["env", "lock", recipe], "lock", "changed", "packages", "jars", "difference", "seconds"),
            Case(["env", "lock", recipe, "--check"], "lock", "changed"),
            Case(["env", "fetch", lock], "files", "fetched", "bytes", "seconds"),
            Case(
                ["env", "build", recipe, "--to", tree], "environments", "folder", "image", "archives", "findings",
                "seconds"),
            Case(
                ["env", "build", lock, "--image", "oci:\(user.scratch.file("images"))"], "environments", "folder",
                "image", "archives", "findings", "seconds"),
            Case(
                ["base", "build", "oci:\(user.scratch.file("images"))"], "name", "digest", "architecture", "size"),
            Case(
                ["image", "copy", "oci:\(user.scratch.file("images"))", "oci-archive:\(user.scratch.file("i.tar"))"],
                "source", "destination", "digest", "size", "images", "push", "seconds"),
            Case(
                ["image", "inspect", "oci-archive:\(user.scratch.file("i.tar"))"], "reference", "digest", "mediaType",
                "manifests", "image"),
            Case(["image", "release", recipe, "--test-in", "folder"], "releases", "unchanged", "dryRun"),
            Case(["env", "check", recipe], "name", "conflicts", "environments", "unused", "seconds"),
            Case(["env", "export", lock], "format", "file", "text", "jars"),
            Case(
                ["env", "export", lock, "--requirements", "-o", user.scratch.file("r.txt").string], "format", "file",
                "text", "jars"),
            Case(["env", "test", recipe, "--in", tree], "environment", "passed", "failed", "tests"),
            Case(["env", "list"], "environments"),
            Case(["env", "show", "demo"], "environment"),
            Case(["env", "size", lock], "environments"),
            Case(["env", "verify", tree], "id", "name", "sound", "folders", "seconds"),
            Case(["env", "sbom", recipe], "name", "format", "digest", "file", "text"),
            Case(["env", "provenance", "demo"], "name", "format", "digest", "file", "text"),
            Case(["store", "osv", "load", osv], "read", "changed", "advisories", "packages", "newest"),
            Case(["store", "osv", "show"], "advisories", "packages", "newest"),
            Case(["env", "audit", recipe], "refused", "environments"),
            Case(["env", "impact", "good"], "environments", "searched", "searchedOnServer"),
            Case(["image", "key", "new", user.scratch.file("a.key").string], "key", "public", "fingerprint"),
            Case(
                [
                    "image", "sign", "oci:\(user.scratch.file("images"))", "--as", "registry.example/demo", "--key",
                    user.scratch.file("a.key").string,
                ], "image", "digest", "name", "key", "manifests", "changed"),
            Case(
                ["env", "verify", "oci:\(user.scratch.file("images"))"], "image", "digest", "sound", "signedAs", "key",
                "manifests", "unsigned", "blobs", "bytes", "statements"),
            Case(["env", "explain", "good", "--in", lock], "packages", "jars"),
            Case(["env", "diff", lock, "demo"], "packages", "jars", "recipe", "mediation"),
            Case(["env", "diff", "--mediation", recipe], "packages", "jars", "recipe", "mediation"),
            Case(["env", "outdated", recipe], "packages", "jars", "unlisted", "unreachable"),
            Case(["store", "verify"], "sound", "blobs", "bytes", "packages", "faults", "seconds"),
            Case(["store", "prune", "--superseded", "--dry-run"], "dryRun", "removed", "kept", "freed"),
            Case(
                ["volume", "publish", recipe, "--volume", volume], "id", "name", "version", "path", "python", "links",
                "published", "unpacked", "keptAs", "leaseEnds", "conflicts", "seconds"),
            Case(["volume", "list", volume], "environments"),
            Case(
                ["volume", "verify", volume], "sound", "environments", "packages", "faults", "undescribed", "seconds"),
            Case(["volume", "release", "demo", "--volume", volume], "released"),
            Case(
                ["volume", "collect", volume, "--dry-run"], "dryRun", "environments", "packages", "returned", "deleted",
                "drafts", "leases", "clockDifference"),
            Case(["store", "collect", "--dry-run"], "dryRun", "removed", "kept", "freed", "size"),
            Case(["env", "lease", "demo", "--for", "7d", "--holder", "ann"], "id", "name", "holder", "seconds"),
            Case(["env", "release", "demo", "--holder", "ann"], "id", "name", "holder", "released"),
            Case(["env", "remove", "demo", "--force"], "removed"),
        ]
        for one in cases {
            let outcome = try await user.command(one.arguments + ["--json"]).outcome()
            #expect(outcome.status == 0, "\(one.arguments): \(outcome.errorText)")
            let lines = outcome.text.split(separator: "\n")
            var last: [String: Any] = [:]
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                last = try #require(object, "\(one.arguments): \(line)")
                #expect(last["event"] is String, "\(one.arguments): \(line)")
            }
            #expect(last["event"] as? String == "result", "\(one.arguments): \(outcome.text)")
            #expect(Set(last.keys) == one.keys.union(["event"]), "\(one.arguments): \(outcome.text)")
            let name = one.arguments.prefix(2).joined(separator: " ")
            let row = documented.split(separator: "\n").first { $0.hasPrefix("| `\(name)`") }
            for key in one.keys { #expect(row?.contains("`\(key)`") == true, "\(name) `\(key)` is not documented") }
        }
    }

    @Test("an error is the last object, with progress before it or not, and --quiet leaves it alone on the page")
    func errors() async throws {
        let user = try FreshUser()
        let recipe = try await user.recipe("demo", ["bad"])
        for extra in [[], ["--quiet"]] {
            let outcome = try await user.command(["env", "lock", recipe, "--json"] + extra).outcome()
            #expect(outcome.status == 4)
            let lines = outcome.text.split(separator: "\n")
            #expect(extra.isEmpty ? lines.count > 1 : lines.count == 1, "\(outcome.text)")
            let last = try JSONSerialization.jsonObject(with: Data(try #require(lines.last).utf8)) as? [String: Any]
            #expect(last?["event"] as? String == "error")
            #expect(last?["category"] as? String == "noSolution" && last?["status"] as? Int == 4)
            #expect(
                Set(last?.keys.map(\.self) ?? []) == [
                    "event", "category", "status", "subject", "message", "advice",
                ])
        }
    }
}
