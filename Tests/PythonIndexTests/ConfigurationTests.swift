import ContentStore
import Diagnostics
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import PythonIndex

@Suite("Which indexes are asked")
struct ConfigurationTests {
    private func configuration(
        _ environment: [String: String] = [:], _ change: (inout IndexConfiguration.Wishes) throws -> Void = { _ in }
    ) throws -> IndexConfiguration {
        var wishes = IndexConfiguration.Wishes(environment: environment)
        try change(&wishes)
        return try IndexConfiguration(wishes) { "https://own.default/simple" }
    }

    @Test("nobody wishes anything: pip's own default")
    func ownDefault() throws {
        let made = try configuration()
        #expect(made.indexes.map(\.root.text) == ["https://own.default/simple/"])
        #expect(made.defaultIndex?.root.text == "https://own.default/simple/")
        #expect(made.findLinks.isEmpty)
    }

    @Test("a recipe can do without the machine's default index, and the command line with it all the same")
    func withoutDefault() throws {
        let made = try configuration(["PIP_INDEX_URL": "https://variable/simple", "PIP_FIND_LINKS": "/srv/three"]) {
            $0.usesDefaultIndex = false
            $0.recipeFindLinks = ["/srv/wheels"]
        }
        #expect(made.indexes.isEmpty)
        #expect(made.findLinks.map(\.text) == ["file:///srv/wheels"])
        let given = try configuration {
            $0.usesDefaultIndex = false
            $0.indexURL = "https://given/simple"
        }
        #expect(given.defaultIndex?.root.text == "https://given/simple/")
    }

    @Test("pip's variables win over its files, the user's file over the system's, [install] over [global]")
    func precedence() throws {
        let scratch = try Scratch()
        try scratch.write(
            "etc/pip/pip.conf",
            """
            [global]
            index-url = https://system/simple
            find-links =
                /srv/one
                /srv/two
            [install]
            extra_index_url = https://extra/a
              https://extra/b
            """)
        var environment = ["XDG_CONFIG_DIRS": scratch.file("etc").string, "HOME": scratch.file("home").string]
        var made = try configuration(environment)
        #expect(made.indexes.map(\.root.text) == ["https://extra/a/", "https://extra/b/", "https://system/simple/"])
        #expect(made.findLinks.map(\.text) == ["file:///srv/one", "file:///srv/two"])
        try scratch.write("home/.config/pip/pip.conf", "[global]\nindex-url: https://user/simple\n# comment\n")
        made = try configuration(environment)
        #expect(made.defaultIndex?.root.text == "https://user/simple/")
        environment["PIP_INDEX_URL"] = "https://variable/simple"
        environment["PIP_FIND_LINKS"] = "/srv/three"
        made = try configuration(environment)
        #expect(made.defaultIndex?.root.text == "https://variable/simple/")
        #expect(made.findLinks.map(\.text) == ["file:///srv/three"])
        environment["PIP_NO_INDEX"] = "1"
        #expect(try configuration(environment).indexes.isEmpty)
    }

    @Test("pip itself finds the same in the same files", .enabled(if: Peer.has("python3"), "needs python3"))
    func pip() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "home/.config/pip/pip.conf",
            "[global]\nindex-url = https://user/simple/\nextra-index-url = https://x/1\n\thttps://x/2\n"
                + "; a comment\n[install]\nfind-links = /srv/a /srv/b\n")
        try scratch.write("home/.pip/pip.conf", "[global]\nindex_url=https://legacy/simple/\nno-index = false\n")
        try scratch.write("own.conf", "[global]\nindex-url = https://own/simple/\n")
        // As an editor on another system writes it.
        try scratch.write(
            "crlf.conf", "[global]\r\nindex-url = https://crlf/simple/\r\nextra-index-url =\r\n  https://x/3\r\n")
        for own in [
            nil, scratch.file("own.conf").string, scratch.file("crlf.conf").string, scratch.file("none.conf").string,
            "/dev/null",
        ] {
            var changes: [String: String?] = [
                "HOME": scratch.file("home").string, "PIP_INDEX_URL": nil, "PIP_EXTRA_INDEX_URL": nil,
                "PIP_FIND_LINKS": "/srv/variable", "PIP_NO_INDEX": nil, "PIP_CONFIG_FILE": own, "VIRTUAL_ENV": nil,
                "XDG_CONFIG_HOME": nil, "XDG_CONFIG_DIRS": nil,
            ]
            let code = """
                from pip._internal.configuration import Configuration
                configuration = Configuration(isolated=False); configuration.load()
                merged = {}
                for section in ("global", "install", ":env:"):
                    for key, value in configuration.items():
                        values = value.items() if isinstance(value, dict) else [(key, value)]
                        for name, text in values:
                            if name.split(".")[0] == section: merged[name.split(".", 1)[1]] = text
                for key in ("index-url", "extra-index-url", "find-links"):
                    print(key, " ".join(merged.get(key, "").split()))
                """
            let said = try await Command("python3", ["-c", code], environment: changes).outcome()
            try #require(said.succeeded, "\(said.errorText)")
            changes["XDG_CONFIG_DIRS"] = "/etc/xdg"
            let ours = try PipConfiguration(environment: changes.compactMapValues { $0 })
            let text = """
                index-url \(ours.indexURL ?? "")
                extra-index-url \(ours.extraIndexURLs.joined(separator: " "))
                find-links \(ours.findLinks.joined(separator: " "))

                """
            #expect(text == said.text, "PIP_CONFIG_FILE=\(own ?? "unset")")
        }
    }

    @Test("who names a default index is not told what pip thinks")
    func explicit() throws {
        let environment = [
            "PIP_INDEX_URL": "https://pip/", "PIP_FIND_LINKS": "/x", "PIP_EXTRA_INDEX_URL": "https://e/",
        ]
        let made = try configuration(environment) { wishes in
            wishes.indexURL = "https://wish/simple"
            wishes.extraIndexURLs = ["https://more/simple"]
            wishes.indexes = [.init(name: "recipe", url: "https://recipe/")]
        }
        #expect(
            made.indexes.map(\.root.text) == ["https://more/simple/", "https://recipe/", "https://wish/simple/"])
        #expect(made.findLinks.isEmpty)
        let recipes = try configuration(environment) { wishes in
            wishes.indexes = [
                .init(name: "main", url: "https://main/", isDefault: true),
                .init(name: "team", url: "https://team/"),
            ]
        }
        #expect(recipes.indexes.map(\.name) == ["team", "main"])
    }

    @Test("a package that is pinned to an index comes from there alone, and the index serves no other")
    func pins() throws {
        let made = try configuration { wishes in
            wishes.indexes = [
                .init(name: "gpu", url: "https://gpu/", packages: [try name("torch")]),
                .init(name: "team", url: "https://team/"),
            ]
        }
        #expect(made.indexes(for: try name("Torch")).map(\.name) == ["gpu"])
        #expect(made.indexes(for: try name("numpy")).map(\.name) == ["team", "default"])
    }

    @Test("a recipe's index that is no URL is told by its name")
    func badRecipeIndex() throws {
        let error = #expect(throws: PythonIndexError.self) {
            try configuration { $0.indexes = [.init(name: "team", url: "https://ana:hunter2@h:99999/")] }
        }
        #expect(error?.description.contains("team") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("certificates and proxy that pip was told of are used where the environment says nothing")
    func transport() throws {
        let scratch = try Scratch()
        let file = try scratch.write("pip.conf", "[global]\ncert = /srv/ca.pem\nproxy = http://proxy:3128\n")
        var environment = ["PIP_CONFIG_FILE": file.string]
        var options = try TransferOptions.ofUserAndPip(environment: environment)
        #expect(options.certificateFile == "/srv/ca.pem")
        guard case .url("http://proxy:3128") = options.proxy else { throw CancellationError() }
        environment["SSL_CERT_FILE"] = "/own.pem"
        environment["HTTPS_PROXY"] = "http://other:1"
        options = try TransferOptions.ofUserAndPip(environment: environment)
        #expect(options.certificateFile == "/own.pem")
        guard case .environment = options.proxy else { throw CancellationError() }
    }

    @Test("patience is our own setting, or pip's, and a wrong one is told")
    func patience() throws {
        let scratch = try Scratch()
        let file = try scratch.write("pip.conf", "[global]\ntimeout = 60\nretries = 2\n")
        var environment = ["PIP_CONFIG_FILE": file.string]
        var options = try TransferOptions.ofUserAndPip(environment: environment)
        #expect(options.stallTimeout == .seconds(60))
        #expect(options.connectTimeout == .seconds(60))
        #expect(options.retry.attempts == 3)
        environment["CHIDORI_HTTP_TIMEOUT"] = "0.5"
        environment["CHIDORI_HTTP_RETRIES"] = "0"
        options = try TransferOptions.ofUserAndPip(environment: environment)
        #expect(options.stallTimeout == .milliseconds(500))
        #expect(options.retry.attempts == 1)
        environment["CHIDORI_HTTP_TIMEOUT"] = "soon"
        let error = #expect(throws: PythonIndexError.self) {
            try TransferOptions.ofUserAndPip(environment: environment)
        }
        #expect(error?.subject == "CHIDORI_HTTP_TIMEOUT")
    }

    @Test("find-links may be paths from the recipe's folder, and folders are told from files")
    func findLinks() throws {
        let scratch = try Scratch()
        try scratch.write("wheels/a-1-py3-none-any.whl", "")
        let made = try configuration { wishes in
            wishes.folder = scratch.path
            wishes.recipeFindLinks = ["wheels", "wheels/a-1-py3-none-any.whl", "https://pages/links.html"]
        }
        #expect(
            made.findLinks.map(\.text) == [
                "file://\(scratch.path)/wheels/", "file://\(scratch.path)/wheels/a-1-py3-none-any.whl",
                "https://pages/links.html",
            ])
    }

    @Test("an index's credentials come from its variables or a file they name")
    func credentials() throws {
        let scratch = try Scratch()
        let file = try scratch.write("secret", "from a file\n")
        let environment = [
            "CHIDORI_INDEX_MY_TEAM_USERNAME": "ana", "CHIDORI_INDEX_MY_TEAM_PASSWORD": "hunter2",
            "CHIDORI_INDEX_MY_TEAM_URL": "https://team/simple", "CHIDORI_INDEX_DEFAULT_PASSWORD_FILE": file.string,
        ]
        let made = try configuration(environment) { wishes in
            wishes.indexes = [.init(name: "my-team", url: "https://team/")]
        }
        #expect(made.indexes[0].root.credentials == Credentials(user: "ana", password: "hunter2"))
        #expect(made.indexes[1].root.credentials == Credentials(user: "", password: "from a file"))
        #expect(!"\(made)".contains("hunter2"))
        let error = #expect(throws: PythonIndexError.self) {
            try configuration(["CHIDORI_INDEX_DEFAULT_PASSWORD_FILE": "/no/such"])
        }
        #expect(error?.code == .badConfiguration)
    }

    @Test(
        "a recipe's index gets its variables only where the user says that they are for that place",
        arguments: [nil, "https://other/simple", "http://team/simple", "https://team:8443/simple"])
    func foreignCredentials(url: String?) throws {
        var environment = ["CHIDORI_INDEX_TEAM_PASSWORD": "hunter2"]
        environment["CHIDORI_INDEX_TEAM_URL"] = url
        let error = #expect(throws: PythonIndexError.self) {
            try configuration(environment) { $0.indexes = [.init(name: "team", url: "https://team/simple")] }
        }
        #expect(error?.code == .badConfiguration)
        #expect(error?.advice?.contains("set CHIDORI_INDEX_TEAM_URL=https://team/simple") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("the default index's variables are for the one that the user names, and for no recipe's")
    func defaultCredentials() throws {
        let environment = ["CHIDORI_INDEX_DEFAULT_USERNAME": "ana", "CHIDORI_INDEX_DEFAULT_PASSWORD": "hunter2"]
        let recipes = try configuration(environment) {
            $0.indexes = [.init(url: "https://evil/", isDefault: true), .init(name: "default", url: "https://evil/2")]
        }
        #expect(recipes.indexes.allSatisfy { $0.root.credentials == nil })
        #expect(recipes.indexes.count == 2)
        let own = try configuration(environment) { $0.indexURL = "https://own/simple" }
        #expect(own.defaultIndex?.root.credentials?.user == "ana")
        #expect(try configuration(environment).defaultIndex?.root.credentials?.user == "ana")
    }

    @Test("netrc's passwords go over plain http to the places that the user named, and to none of a recipe's")
    func netrcOverHTTP() async throws {
        let server = try HTTPFixtureServer(), here = try ScratchIndex()
        server.onAnyOther { _ in HTTPReply(404) }
        let netrc = try here.scratch.write("netrc", "default login ana password hunter2")
        for isUsers in [false, true] {
            var wishes = IndexConfiguration.Wishes(environment: [:])
            if isUsers { wishes.extraIndexURLs = [server.url("/user/")] }
            wishes.indexes = [.init(url: isUsers ? "file:///nowhere" : server.url("/recipe/"), isDefault: true)]
            let made = wishes
            let run = PythonIndex(
                transfer: ScratchIndex.transfer(CredentialSources(netrc: netrc)), store: here.store
            ) { try IndexConfiguration(made) { "https://nobody.invalid/" } }
            _ = try await run.page(of: name("demo"))
        }
        #expect(server.requests("/recipe/demo/").map { $0.header("authorization") } == [nil])
        #expect(server.requests("/user/demo/").count == 1)
        #expect(server.requests("/user/demo/").first?.header("authorization") != nil)
    }

    @Test("what cannot be an index is told with where it was said, without secrets")
    func refusals() throws {
        let error = #expect(throws: PythonIndexError.self) {
            try configuration { $0.indexURL = "ftp://ana:hunter2@host/" }
        }
        #expect(error?.code == .badConfiguration)
        #expect(error?.description.contains("--index-url") == true)
        #expect(error?.description.contains("hunter2") == false)
        let scratch = try Scratch()
        try scratch.write("pip.conf", "[global]\nnonsense\n")
        let broken = #expect(throws: PythonIndexError.self) {
            try configuration(["PIP_CONFIG_FILE": scratch.file("pip.conf").string])
        }
        #expect(broken?.description.contains("line 2") == true)
    }

    @Test("pip's own default is asked of pip once", .enabled(if: Peer.has("python3"), "needs python3"))
    func defaultOfPip() async throws {
        let here = try ScratchIndex()
        let pip = try await Command(
            "python3", ["-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url, end='')"]
        ).outcome()
        guard pip.succeeded else { return }
        let first = try DefaultOfPip(store: here.store).url()
        #expect(first == pip.text)
        let keys = try here.store.recordKeys(kind: "pip-default.2")
        #expect(keys.count == 1)
        try here.store.setRecord(
            kind: "pip-default.2", key: try #require(keys.first), value: Array("https://kept/".utf8))
        #expect(try DefaultOfPip(store: here.store).url() == "https://kept/")
    }
}
