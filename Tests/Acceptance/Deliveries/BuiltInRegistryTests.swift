import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The server's own registry, before the clients that clusters and people have.
@Suite(
    "The built-in registry", .timeLimit(.minutes(5)),
    .enabled(if: Peer.has("skopeo", "/usr/bin/python3.11"), "needs skopeo and Python 3.11"))
struct BuiltInRegistryTests {
    private let index: IndexFixture
    private let recipes: Scratch
    private let server: RunningServer
    private let host: String

    init() async throws {
        index = try IndexFixture([WheelFixture("tool", "1.2", requires: ["part"]), WheelFixture("part")])
        recipes = try Scratch("recipes")
        try recipes.write(
            "tool.yaml",
            "name: tool\nversion: \"1.2\"\npython:\n  version: \"3.11\"\n  packages: [tool]\n")
        server = try await RunningServer("recipes: [\(recipes.path)]\n", ["--index-url", index.url])
        host = server.url.replacing("http://", with: "")
    }

    /// A token for whoever only looks, as a cluster's nodes would have it.
    private func viewer() async throws -> String {
        try await server.output(["token", "create", "nodes", "--user", "nodes", "--role", "viewer"])
            .filter { !$0.isWhitespace }
    }

    /// Passwords as skopeo, podman and a pod's `imagePullSecrets` have them.
    private func passwords(_ token: String) throws -> FilePath {
        let login = Data("nodes:\(token)".utf8).base64EncodedString()
        return try server.scratch.write("auth.json", #"{"auths": {"\#(host)": {"auth": "\#(login)"}}}"#)
    }

    private func skopeo(_ words: String..., auth: FilePath) async throws -> Command.Outcome {
        // What is being built answers 503, and is asked for again.
        try await Command(
            "skopeo",
            ["--insecure-policy"] + words.map { $0.replacing("docker://", with: "docker://\(host)/") },
            environment: ["REGISTRY_AUTH_FILE": auth.string]
        ).outcome()
    }

    @Test("skopeo pulls a recipe that nobody has built, as the very image that a build makes")
    func pull() async throws {
        let auth = try passwords(try await viewer())
        let layout = server.scratch.file("layout")
        let copied = try await skopeo(
            "copy", "--retry-times", "8", "--src-tls-verify=false", "docker://recipe/tool:1.2", "oci:\(layout):pulled",
            auth: auth)
        #expect(copied.succeeded, "\(copied.errorText)")
        let built = try await Command(
            Peer.chidori,
            [
                "env", "build", recipes.file("tool.yaml").string, "--image", "oci:\(layout):built", "--python",
                "/usr/bin/python3.11", "--data", server.data.string, "--index-url", index.url,
            ]
        ).outcome()
        #expect(built.succeeded, "\(built.errorText)")
        let digest = try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", "oci:\(layout):built"]).run()
        let pulled = try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", "oci:\(layout):pulled"]).run()
        #expect(digest == pulled)

        let tags = try await skopeo("list-tags", "--tls-verify=false", "docker://env/tool", auth: auth)
        #expect(tags.text.contains("\"1.2\"") && tags.text.contains("\"latest\""), "\(tags.text)\(tags.errorText)")
        let plain = String(digest.dropLast())
        for image in ["env/tool", "env/tool:1.2", "recipe/tool@\(plain)"] {
            let seen = try await skopeo(
                "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://\(image)", auth: auth)
            #expect(seen.text == digest, "\(image): \(seen.errorText)")
        }
        try await expectStatements(about: digest.trimmingCharacters(in: .newlines), auth: auth)
        let bare = try await skopeo(
            "inspect", "--retry-times", "8", "--tls-verify=false", "docker://image-volume/env/tool", auth: auth)
        #expect(bare.succeeded, "\(bare.errorText)")

        guard ContainerPeer.canUnpack else { return }
        let container = try await ContainerPeer(layout: layout, tag: "pulled", bundle: server.scratch.file("bundle"))
        let folder = container.rootFileSystem.appending("opt/chidori/env/lib/python3.11/site-packages")
        let imported = try await Command(
            "/usr/bin/python3.11", ["-c", "import tool; print(tool.__version__, tool.__file__)"],
            environment: ["PYTHONPATH": folder.string]
        ).run()
        #expect(imported.hasPrefix("1.2 \(folder)"))
    }

    /// Looks for two bills of materials and the provenance of `env/tool`, by the client that pulls elsewhere too and by the
    /// request that the spec has for them.
    private func expectStatements(about digest: String, auth: FilePath) async throws {
        let types = ["application/spdx+json", "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"]
        let verified = try await Command(
            Peer.chidori,
            [
                "env", "verify", "docker://\(host)/env/tool", "--json", "--quiet", "--data",
                server.scratch.file("verifying").string,
            ],
            environment: [
                "REGISTRY_AUTH_FILE": auth.string, "CHIDORI_PLAIN_HTTP": host,
                "CONTAINERS_REGISTRIES_CONF": "/dev/null",
            ]
        ).outcome()
        #expect(verified.succeeded, "\(verified.errorText)")
        let told = try JSONSerialization.jsonObject(with: Data(verified.output)) as? [String: Any]
        #expect(told?["digest"] as? String == digest)
        let statements = told?["statements"] as? [[String: Any]] ?? []
        #expect(statements.compactMap { $0["type"] as? String }.sorted() == types, "\(verified.text)")

        for (query, expected) in [("", types), ("?artifactType=application/spdx%2Bjson", [types[0]])] {
            let answer = try await Command(
                "curl",
                ["-s", "-i", "-H", "@\(try header())", "\(server.url)/v2/env/tool/referrers/\(digest)\(query)"]
            ).run()
            let parts = answer.components(separatedBy: "\r\n\r\n")
            let index = try JSONSerialization.jsonObject(with: Data((parts.last ?? "").utf8)) as? [String: Any]
            let listed = index?["manifests"] as? [[String: Any]] ?? []
            #expect(listed.compactMap { $0["artifactType"] as? String }.sorted() == expected, "\(answer)")
            let head = parts[0].lowercased()
            #expect(head.contains("content-type: application/vnd.oci.image.index.v1+json"), "\(head)")
            #expect(head.contains("oci-filters-applied: artifacttype") == !query.isEmpty, "\(head)")
        }
    }

    /// Lets nobody have a wheel until some time has gone by.
    private func hold(_ wheel: String, for time: Duration) -> Task<Void, any Error> {
        let gate = WheelGate()
        let bytes = WheelFixture(wheel).bytes
        index.server.on("/files/\(wheel)-1.0-py3-none-any.whl") { _ in
            gate.wait()
            return .file(bytes)
        }
        return Task {
            defer { gate.open() }
            try await Task.sleep(for: time)
        }
    }

    @Test("a client that never asks again waits for a build that takes its time")
    func patient() async throws {
        let auth = try passwords(try await viewer())
        let holding = hold("part", for: .seconds(8))
        defer { holding.cancel() }
        let begin = ContinuousClock.now
        let copied = try await skopeo(
            "copy", "--src-tls-verify=false", "docker://recipe/tool:latest",
            "oci:\(server.scratch.file("layout")):pulled", auth: auth)
        #expect(copied.succeeded, "\(copied.errorText)")
        #expect(ContinuousClock.now - begin >= .seconds(8))
    }

    @Test(
        "where a build takes longer than a pull may wait, the loop of the guide comes through, by either name",
        arguments: ["recipe/tool:latest", "env/tool:1.2"])
    func loop(_ image: String) async throws {
        let hasty = try await RunningServer(
            "recipes: [\(recipes.path)]\nlimits: {making: 1s}\n", ["--index-url", index.url])
        let host = hasty.url.replacing("http://", with: "")
        let token = try await hasty.output(["token", "create", "nodes", "--user", "nodes", "--role", "viewer"])
        let holding = hold("part", for: .seconds(4))
        defer { holding.cancel() }
        let credentials = "nodes:\(token.filter { !$0.isWhitespace })"
        // That begins the build, and says where it is told of.
        let first = try await Command(
            "curl",
            ["-s", "-w", "\n%{http_code}", "-u", credentials, "\(hasty.url)/v2/recipe/tool/manifests/latest"]
        ).run().split(separator: "\n")
        #expect(first.last == "503")
        let fault = try JSONDecoder().decode(Fault.self, from: Data((first.first ?? "").utf8))
        let detail = try #require(fault.errors.first?.detail)
        /// The build, as those are told of it who may only look.
        func build() async throws -> Build {
            let answer = try await Command(
                "curl",
                [
                    "-s", "-H", "Authorization: Bearer \(credentials.dropFirst("nodes:".count))",
                    hasty.url + detail.progress,
                ]
            ).run()
            return try JSONDecoder().decode(Build.self, from: Data(answer.utf8))
        }
        let begun = try await build()
        #expect(begun == Build(id: detail.build, state: "building", name: "tool"))
        let outcome = try await Command(
            "bash",
            [
                "-c",
                #"until skopeo --insecure-policy copy --src-tls-verify=false --src-creds "$1" "$2" "$3"; do sleep 1; done"#,
                "loop", credentials, "docker://\(host)/\(image)",
                "oci:\(hasty.scratch.file("layout")):pulled",
            ]
        ).outcome()
        #expect(outcome.succeeded && outcome.errorText.contains("503"), "\(outcome.errorText)")
        let ended = try await build()
        #expect(ended == Build(id: detail.build, state: "ready", name: "tool"))
        #expect(try await !hasty.output(["build", "logs", detail.build]).isEmpty)
    }

    /// What a registry answers where something is wrong; here, that an image is being made.
    private struct Fault: Decodable {
        var errors: [Entry]

        struct Entry: Decodable {
            var detail: Detail
        }

        struct Detail: Decodable {
            var build: String
            var progress: String
        }
    }

    private struct Build: Decodable, Equatable {
        var id: String
        var state: String
        var name: String
    }

    /// A client of a few lines: a manifest and its layers by HTTP, each compared with its digest, unpacked in their order.
    private static let client = """
        import base64, hashlib, io, json, sys, tarfile, time, urllib.error, urllib.request
        server, name, tag, login, folder = sys.argv[1:]
        def get(path, accept="*/*"):
            request = urllib.request.Request(f"{server}/v2/{name}/{path}", headers={
                "Authorization": "Basic " + base64.b64encode(login.encode()).decode(), "Accept": accept})
            for _ in range(30):
                try:
                    return urllib.request.urlopen(request)
                except urllib.error.HTTPError as error:
                    if error.code != 503:
                        raise
                    time.sleep(int(error.headers.get("Retry-After", "1")))
            sys.exit("the image is not made")
        def blob(descriptor):
            data = get("blobs/" + descriptor["digest"]).read()
            assert len(data) == descriptor["size"]
            assert "sha256:" + hashlib.sha256(data).hexdigest() == descriptor["digest"]
            return data
        answer = get("manifests/" + tag, "application/vnd.oci.image.manifest.v1+json")
        data = answer.read()
        assert answer.headers["Docker-Content-Digest"] == "sha256:" + hashlib.sha256(data).hexdigest()
        manifest = json.loads(data)
        assert manifest["mediaType"] == answer.headers["Content-Type"]
        assert json.loads(blob(manifest["config"]))["rootfs"]["type"] == "layers"
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=io.BytesIO(blob(layer)), mode="r:*") as archive:
                archive.extractall(folder)
        """

    @Test("an image volume is an artifact like others: a client of a few lines unpacks it, and its launcher runs")
    func artifact() async throws {
        let token = try await viewer()
        let folder = server.scratch.file("artifact")
        let pulled = try await Command(
            "python3",
            ["-c", Self.client, server.url, "image-volume/recipe/tool", "1.2", "nodes:\(token)", folder.string]
        ).outcome()
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let run = try await Command(
            folder.appending("opt/chidori/env/bin/python").string,
            ["-c", "import tool, part, sys; print(tool.__version__, sys.prefix)"],
            environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        #expect(run.text == "1.2 \(folder)/opt/chidori/env\n", "\(run.errorText)")
    }

    @Test("skopeo pulls what was released on the server's machine, by its revision")
    func released() async throws {
        let words = [
            "image", "release", recipes.file("tool.yaml").string, "--data", server.data.string, "--index-url",
            index.url,
        ]
        let made = try await Command(Peer.chidori, words).outcome()
        #expect(made.succeeded && made.text.hasPrefix("env/tool:1.2-1@sha256:"), "\(made.text)\(made.errorText)")
        let digest = made.text.split(separator: "@").last.map(String.init)
        let auth = try passwords(try await viewer())
        let copied = try await skopeo(
            "copy", "--src-tls-verify=false", "docker://env/tool:1.2-1",
            "oci:\(server.scratch.file("layout")):released",
            auth: auth)
        #expect(copied.succeeded, "\(copied.errorText)")
        let layout = "oci:\(server.scratch.file("layout")):released"
        #expect(try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", layout]).run() == digest)
        let tags = try await skopeo("list-tags", "--tls-verify=false", "docker://env/tool", auth: auth)
        #expect(tags.text.contains("\"1.2-1\""), "\(tags.text)\(tags.errorText)")
        // With a folder to start from it is an environment of jobs too.
        let folder = try await Command(
            Peer.chidori,
            [
                "env", "build", recipes.file("tool.yaml").string, "--data", server.data.string, "--index-url",
                index.url,
            ]
        ).outcome()
        #expect(folder.succeeded, "\(folder.errorText)")
        let job = try await server.submit("--environment", "tool:1.2-1", "--command", "python", "-c", "import tool")
        #expect(try await server.end(of: job).job.state == "succeeded")
    }

    @Test("without a token, or with another, nothing is pulled, and that is on record")
    func strangers() async throws {
        let right = try await viewer()
        for token in ["guess", right + "x"] {
            let auth = try passwords(token)
            let refused = try await skopeo("inspect", "--tls-verify=false", "docker://recipe/tool", auth: auth)
            #expect(!refused.succeeded && refused.errorText.contains("unauthorized"), "\(refused.errorText)")
        }
        let audit = try await Command(
            "curl", ["-s", "-H", "@\(try header())", "\(server.url)/api/v1/audit"]
        ).run()
        #expect(audit.contains("no valid token"), "\(audit)")
        #expect(index.server.requests().isEmpty, "a stranger has set something going")
    }

    private func header() throws -> FilePath {
        let token = try String(contentsOfFile: server.data.appending("admin.token").string, encoding: .utf8)
        return try server.scratch.write("header", "Authorization: Bearer \(token)")
    }

    @Test("what is sent is pulled by whoever knows its id, and nothing else of the store is")
    func sent() async throws {
        let auth = try passwords(try await viewer())
        let recipe = try server.scratch.write(
            "sent.yaml", "name: tool\npython:\n  version: \"3.11\"\n  packages: [part]\n")
        let job = try await server.submit(
            "--recipe", recipe.string, "--driver-memory", "64m", "--command", "true")
        let id = try #require(try await server.end(of: job).job.environments["main"])
        for image in ["env/tool", "env/\(id.prefix(12))", "env/\(String(repeating: "0", count: 64))"] {
            let refused = try await skopeo("inspect", "--tls-verify=false", "docker://\(image)", auth: auth)
            #expect(!refused.succeeded && refused.errorText.contains("is not here"), "\(refused.errorText)")
        }
        let whole = try await skopeo(
            "copy", "--retry-times", "8", "--src-tls-verify=false", "docker://env/\(id):latest",
            "dir:\(server.scratch.file("sent"))", auth: auth)
        #expect(whole.succeeded, "\(whole.errorText)")
        // A wheel is a blob of the store, and of no image.
        let wheels = try await Command("find", [server.data.appending("blobs").string, "-type", "f"]).run()
        var served = 0
        for path in wheels.split(separator: "\n") {
            let name = String(path.split(separator: "/").last ?? "")
            let answer = try await Command(
                "curl",
                [
                    "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "@\(try header())",
                    "\(server.url)/v2/env/\(id)/blobs/sha256:\(name)",
                ]
            ).run()
            if answer == "200" { served += 1 }
        }
        let manifest = try await Command(
            "python3",
            [
                "-c", "import json, sys; m = json.load(open(sys.argv[1])); print(len(m['layers']) + 1)",
                server.scratch.file("sent").appending("manifest.json").string,
            ]
        ).run()
        // And what is said of the image: two bills of materials, its provenance, and the configuration that they share.
        #expect("\(served - 4)\n" == manifest)
        #expect(wheels.split(separator: "\n").count > served)
    }

    @Test("a client that pulls in parts, as containerd does, twenty at once, while jobs start as ever")
    func parts() async throws {
        let token = try await viewer()
        let auth = try passwords(token)
        let made = try await skopeo(
            "inspect", "--retry-times", "8", "--tls-verify=false", "docker://recipe/tool", auth: auth)
        #expect(made.succeeded, "\(made.errorText)")
        try server.scratch.write("token", token)
        // HEAD by tag, GET by digest, half of each blob, the rest of it.
        let program = """
            import concurrent.futures, hashlib, json, sys, urllib.request
            url, token = sys.argv[1], open(sys.argv[2]).read()
            def ask(method, path, **headers):
                headers["Authorization"] = "Bearer " + token
                headers = {name.replace("_", "-"): value for name, value in headers.items()}
                return urllib.request.urlopen(urllib.request.Request(url + path, method=method, headers=headers))
            def pull(_):
                accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
                digest = ask("HEAD", "manifests/latest", Accept=accept).headers["Docker-Content-Digest"]
                manifest = ask("GET", "manifests/" + digest, Accept=accept).read()
                assert "sha256:" + hashlib.sha256(manifest).hexdigest() == digest
                manifest = json.loads(manifest)
                for blob in [manifest["config"], *manifest["layers"]]:
                    half = blob["size"] // 2
                    first = ask("GET", "blobs/" + blob["digest"], Range=f"bytes=0-{half - 1}")
                    assert first.status == 206 and first.headers["Content-Range"] == f"bytes 0-{half - 1}/{blob['size']}"
                    rest = ask("GET", "blobs/" + blob["digest"], Range=f"bytes={half}-", If_Range=first.headers["ETag"])
                    assert rest.status == 206
                    assert "sha256:" + hashlib.sha256(first.read() + rest.read()).hexdigest() == blob["digest"]
            with concurrent.futures.ThreadPoolExecutor(20) as threads: list(threads.map(pull, range(40)))
            print("whole")
            """
        async let pulled = Command(
            "python3", ["-c", program, "\(server.url)/v2/recipe/tool/", server.scratch.file("token").string]
        ).outcome()
        let job = try await server.submit("--driver-memory", "64m", "--command", "true")
        #expect(try await server.end(of: job).job.state == "succeeded")
        let outcome = try await pulled
        #expect(outcome.text == "whole\n", "\(outcome.errorText)")
    }
}
