import SystemPackage
import TestSupport
import Testing

@Suite("The fixtures that stand for servers and indexes")
struct FixtureTests {
    @Test("a real client reads what the server was told to say")
    func server() async throws {
        let server = try HTTPFixtureServer()
        server.on("/a", .text("first"), .text("second"))
        server.on("/file", .file(Array("0123456789".utf8)))
        server.on("/short", .file(Array("0123456789".utf8)).dropped(after: 4))
        let python = """
            import urllib.request, http.client, sys
            def get(path, **headers):
                request = urllib.request.Request(sys.argv[1] + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
                try:
                    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as r:
                        return f"{r.status} {r.read().decode()} {r.headers.get('Content-Range')}"
                except http.client.IncompleteRead as e:
                    return f"incomplete {e.partial.decode()}"
                except urllib.error.HTTPError as e:
                    return f"{e.code}"
            print(get("/a"), get("/a"), get("/a"), get("/file", Range="bytes=4-6"), get("/file", Range="bytes=-3"),
                  get("/file", Range="bytes=99-"), get("/short"), get("/none"), sep="\\n")
            """
        let said = try await Command("python3", ["-c", python, server.url()]).run()
        #expect(
            said == """
                200 first None
                200 second None
                200 second None
                206 456 bytes 4-6/10
                206 789 bytes 7-9/10
                416
                incomplete 0123
                404

                """)
        #expect(server.count("/a") == 3)
        #expect(server.requests("/file").first?.header("range") == "bytes=4-6")
    }

    @Test("pip installs a fixture's wheel from HTML and from JSON, and from a folder", arguments: [true, false])
    func index(json: Bool) async throws {
        let scratch = try Scratch()
        let index = try IndexFixture(
            [
                WheelFixture("Demo.Pkg", "1.0", requires: ["other>=1"]).script("demo", "demo_pkg:main"),
                WheelFixture("other", "2.0", requiresPython: ">=3.8"),
                WheelFixture("other", "9.0", requiresPython: ">=4"),
            ], style: json ? .json : .html, servesMetadata: json)
        let environment: [String: String?] = [
            "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": nil, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
        ]
        let common = ["-m", "pip", "install", "--no-cache-dir", "--quiet", "--disable-pip-version-check"]
        try await Command(
            "python3", common + ["--index-url", index.url, "--target", scratch.file("a").string, "demo-pkg"],
            environment: environment
        ).run()
        let folder = try index.write(to: scratch.file("links"))
        try await Command(
            "python3",
            common + ["--no-index", "--find-links", folder.string, "--target", scratch.file("b").string, "demo-pkg"],
            environment: environment
        ).run()
        for target in ["a", "b"] {
            let code = "import demo_pkg, other; print(demo_pkg.__version__, other.__version__)"
            let said = try await Command(
                "python3", ["-c", code], environment: ["PYTHONPATH": scratch.file(target).string]
            ).run()
            #expect(said == "1.0 2.0\n")
        }
    }
}
