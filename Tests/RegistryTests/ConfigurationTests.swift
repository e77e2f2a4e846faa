import Documents
import Foundation
import ImageSpec
import SystemPackage
import TestSupport
import Testing
import Transfer

@testable import Registry

@Suite("registries.conf and files of credentials")
struct ConfigurationTests {
    private func endpoints(
        _ text: String, _ reference: String, plain: Set<String> = []
    ) throws -> [String] {
        var configuration = RegistriesConfiguration()
        try configuration.add(SourceText(text, name: "registries.conf"))
        return try configuration.endpoints(toRead: RegistryReference(reference), plainHosts: plain).map {
            "\($0.reference) \($0.plainHTTP)\($0.isMirror ? " mirror" : "")"
        }
    }

    @Test("mirrors come first, the longest prefix counts, a location stands for it")
    func places() throws {
        let text = """
            unqualified-search-registries = ["other.example"]
            [[registry]]
            prefix = "registry.example"
            location = "cache.example:5000/hub"
            [[registry]]
            prefix = "registry.example/team"
            location = "registry.example/team"
            insecure = true
            [[registry.mirror]]
            location = "mirror.example/copy"
            [[registry.mirror]]
            location = "exact.example"
            pull-from-mirror = "digest-only"
            [[registry]]
            prefix = "*.wild.example"
            location = "one.example/all"
            """
        #expect(try endpoints(text, "registry.example/a/b:1") == ["cache.example:5000/hub/a/b:1 never"])
        #expect(
            try endpoints(text, "registry.example/team/b:1") == [
                "mirror.example/copy/b:1 never mirror", "registry.example/team/b:1 withoutTLS",
            ])
        #expect(try endpoints(text, "registry.example/teams/b:1") == ["cache.example:5000/hub/teams/b:1 never"])
        #expect(try endpoints(text, "x.wild.example/b:1") == ["one.example/all/b:1 never"])
        #expect(try endpoints(text, "other.example/b", plain: ["other.example"]) == ["other.example/b always"])
        #expect(try endpoints(text, "registry.example:5000/b") == ["registry.example:5000/b never"])
    }

    @Test("what is no TOML, names no place or is blocked is told")
    func mistakes() throws {
        for text in [
            "[[registry", "[[registry]]\ninsecure = true", "[[registry]]\nlocation = \"a.b\"\n[[registry.mirror]]",
        ] {
            #expect(throws: RegistryError.self) { try endpoints(text, "registry.example/a") }
        }
        #expect(throws: RegistryError.self) {
            try endpoints("[[registry]]\nprefix = \"registry.example\"\nblocked = true", "registry.example/a")
        }
        #expect(throws: RegistryError.self) {
            try endpoints(
                "[[registry]]\nprefix = \"registry.example\"\nlocation = \"no place\"", "registry.example/a")
        }
    }

    @Test(
        "a named file counts alone; a user's own with its additions; the machine's with those of both, containers-registries.conf.d(5)"
    )
    func files() throws {
        let scratch = try Scratch("registries")
        func write(_ path: String, _ places: [String: String]) throws {
            let tables = places.map { "[[registry]]\nprefix = \"\($0).example\"\nlocation = \"\($1).example\"\n" }
            try scratch.write(path, tables.joined())
        }
        /// Where each of four registries is.
        func found(named: String? = nil) throws -> [String] {
            var environment = ["HOME": scratch.file("home").string]
            environment["CONTAINERS_REGISTRIES_CONF"] = named.map { scratch.file($0).string }
            let known = try RegistriesConfiguration.ofUser(environment: environment, system: scratch.file("system"))
            return try ["a", "b", "c", "d"].map {
                let place = try RegistryReference("\($0).example/image")
                return String(try known.endpoint(toWrite: place, plainHosts: []).host.dropLast(".example".count))
            }
        }
        #expect(try found() == ["a", "b", "c", "d"])
        try write("system/registries.conf", ["a": "machine", "b": "machine", "c": "machine", "d": "machine"])
        try write("system/registries.conf.d/20.conf", ["c": "machine-20", "d": "machine-20"])
        try write("system/registries.conf.d/10.conf", ["b": "machine-10", "c": "machine-10"])
        try write("system/registries.conf.d/30.conf.off", ["a": "off"])
        #expect(try found() == ["machine", "machine-10", "machine-20", "machine-20"])
        let own = "home/.config/containers/registries.conf"
        try write("\(own).d/05.conf", ["d": "mine-05"])
        #expect(try found() == ["machine", "machine-10", "machine-20", "mine-05"])
        try write(own, ["a": "mine", "d": "mine"])
        #expect(try found() == ["mine", "b", "c", "mine-05"])
        try write("named.conf", ["b": "named"])
        #expect(try found(named: "named.conf") == ["a", "named", "c", "d"])
        #expect(try found(named: "missing.conf") == ["a", "b", "c", "d"])
        try scratch.write(own, "[[registry")
        let error = #expect(throws: RegistryError.self) { try found() }
        #expect(error?.code == .badConfiguration && error?.subject.contains(own) == true)
    }

    private func known(_ text: String, _ host: String, _ repository: String) throws -> AuthFile.Entry? {
        try AuthFile(Array(text.utf8), name: "auth.json").entry(host: host, repository: repository)
    }

    private func password(_ user: String, _ password: String) -> AuthFile.Entry {
        .credential(.password(Credentials(user: user, password: password)))
    }

    @Test("the longest place counts, helpers before passwords, a store for what is left")
    func entries() throws {
        func auth(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let text = """
            {"auths": {"registry.example": {"auth": "\(auth("host:1"))"},
              "registry.example/team": {"auth": "\(auth("team:a:b"))"},
              "registry.example/team/one": {"auth": "\(auth("one:3"))"},
              "https://old.example/v1/": {"auth": "\(auth("old:4"))"}, "stored.example": {}},
             "credHelpers": {"helped.example": "fake"}}
            """
        #expect(try known(text, "registry.example", "x") == password("host", "1"))
        #expect(try known(text, "registry.example", "team/two") == password("team", "a:b"))
        #expect(try known(text, "registry.example", "team/one/deep") == password("one", "3"))
        #expect(try known(text, "registry.example", "teams") == password("host", "1"))
        #expect(try known(text, "old.example", "x") == password("old", "4"))
        #expect(try known(text, "helped.example", "x") == .helper("fake", place: "helped.example"))
        #expect(try known(text, "stored.example", "x") == nil)
        #expect(try known(text, "registry.example:5000", "x") == nil)
        let stored = text.replacingOccurrences(of: "\"credHelpers\"", with: "\"credsStore\": \"box\", \"credHelpers\"")
        #expect(try known(stored, "stored.example", "x") == .helper("box", place: "stored.example"))
        #expect(try known("", "registry.example", "x") == nil)
    }

    @Test("broken files are told by their path", arguments: ["{", "[]", #"{"auths":{"a.b":{"auth":"%%"}}}"#])
    func broken(_ text: String) {
        let error = #expect(throws: RegistryError.self) { try known(text, "a.b", "x") }
        #expect(error?.code == .badConfiguration && error?.subject == "auth.json")
    }

    @Test("a helper's name cannot lead elsewhere", arguments: ["", "../x", "a b", "a/b", "a;b"])
    func helperNames(_ name: String) {
        #expect(throws: RegistryError.self) { try CredentialHelper(name) }
    }

    @Test("files are searched in their order")
    func order() throws {
        let files = RegistryCredentials.ofUser(environment: [
            "HOME": "/home/ana", "XDG_RUNTIME_DIR": "/run/user/1", "REGISTRY_AUTH_FILE": "/x/auth.json",
        ]).files
        #expect(
            files == [
                "/x/auth.json", "/run/user/1/containers/auth.json", "/home/ana/.config/containers/auth.json",
                "/home/ana/.docker/config.json",
            ])
    }

    @Test("without a session's folder, logins are where skopeo and Podman write them then: below /run/containers")
    func noSession() {
        for environment in [["DOCKER_CONFIG": "/d"], ["DOCKER_CONFIG": "/d", "XDG_RUNTIME_DIR": ""]] {
            let own = RegistryCredentials.ofUser(environment: environment).files
            #expect(own == [FilePath("/run/containers/\(getuid())/auth.json"), "/d/config.json"])
            let elsewhere = RegistryCredentials.ofUser(environment: environment, runtime: "/r").files
            #expect(elsewhere.first == FilePath("/r/\(getuid())/auth.json"))
        }
    }

    @Test("challenges are read in any order and quoting, RFC 9110 §11.3")
    func challenges() {
        let text =
            #"Basic realm="a, b", Bearer realm="https://auth.example/t\"x",service=reg , scope="s:a:pull s:b:push""#
        let found = AuthenticationChallenge.challenges(in: text)
        #expect(found.map(\.scheme) == ["basic", "bearer"])
        #expect(found[0].parameters == ["realm": "a, b"])
        #expect(
            found[1].parameters == [
                "realm": #"https://auth.example/t"x"#, "service": "reg", "scope": "s:a:pull s:b:push",
            ])
        #expect(
            AuthenticationChallenge.challenges(in: "Negotiate YWJj==, Basic").map(\.scheme) == ["negotiate", "basic"])
        #expect(AuthenticationChallenge.challenges(in: ",,=\"\u{1}").isEmpty)
    }
}
