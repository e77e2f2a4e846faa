import Diagnostics
import SystemPackage
import TestSupport
import Testing

@testable import Transfer

@Suite("Credentials")
struct CredentialTests {
    @Test("netrc is read as curl reads it")
    func netrc() throws {
        let text = """
            # a comment
            machine one.example login ana password s3cret
            machine Two.Example
              login "bo b" account x
              password "a \\"quoted\\" word"  # with a comment
            macdef init
            machine not.real login x password y

            machine one.example login late password late
            default login anonymous password guest
            """
        let netrc = try Netrc(text, "/n")
        #expect(netrc.credentials(for: "one.example") == Credentials(user: "ana", password: "s3cret"))
        #expect(netrc.credentials(for: "two.example") == Credentials(user: "bo b", password: "a \"quoted\" word"))
        #expect(netrc.credentials(for: "not.real") == Credentials(user: "anonymous", password: "guest"))
    }

    @Test("a broken netrc is an error that names file and line, and none of its words")
    func brokenNetrc() {
        let error = #expect(throws: TransferError.self) {
            try Netrc("machine h login ana\npasword hunter2\n", "/home/ana/.netrc")
        }
        #expect(error?.code == .invalidCredentialsFile)
        #expect(error?.description.contains("line 2") == true)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("a keyring's longest section wins, within its origin", arguments: ["\n", "\r\n"])
    func keyring(_ lineEnd: String) throws {
        let scratch = try Scratch()
        try scratch.write("token", "from a file\n")
        let file = try scratch.write(
            "keyring",
            """
            [https://h/simple]
            username = ana
            password = one two
            ; a comment
            [https://h/simple/team/]
            username = bo
            password-file = token
            """.replacing("\n", with: lineEnd))
        let sources = CredentialSources(keyring: file)
        func find(_ url: String) throws -> String? {
            try sources.credentials(for: ResourceURL(url)).map { "\($0.user):\($0.password)" }
        }
        #expect(try find("https://h/simple/demo/") == "ana:one two")
        #expect(try find("https://h/simple/team/demo/") == "bo:from a file")
        #expect(try find("https://h/simple") == "ana:one two")
        #expect(try find("https://h/files/x.whl") == "ana:one two")
        #expect(try find("http://h/simple/") == nil)
        #expect(try find("https://h:8443/simple/") == nil)
        #expect(try find("https://other/simple/") == nil)
        #expect(try find("https://carl:x@h/simple/") == "carl:x")
    }

    @Test(
        "a broken keyring is an error that names the line",
        arguments: [
            ("username = x", 1), ("[h]\npassword = x", 1), ("[https://h/]\nusername = x", 1),
            ("[https://h/]\npassword = x\ncolour = red", 3), ("[https://h/]\npassword-file = nowhere", 2),
        ])
    func brokenKeyring(text: String, line: Int) throws {
        let scratch = try Scratch()
        let path = try scratch.write("keyring", text)
        let error = #expect(throws: TransferError.self) {
            try CredentialSources(keyring: path).credentials(for: ResourceURL("https://h/"))
        }
        #expect(error?.code == .invalidCredentialsFile)
        #expect(error?.message.contains("(line \(line))") == true)
    }

    @Test("what was given for a place comes before keyring and netrc, and files that are not there are none")
    func order() throws {
        let scratch = try Scratch()
        let netrc = try scratch.write(".netrc", "machine h login netrc password x")
        let keyring = try scratch.write("keyring", "[https://h/b]\nusername = keyring\npassword = x")
        let grant = CredentialSources.Grant(
            Credentials(user: "given", password: "x"), for: try ResourceURL("https://h/a"))
        let sources = CredentialSources(grants: [grant], keyring: keyring, netrc: netrc)
        #expect(try sources.credentials(for: ResourceURL("https://h/a/x"))?.user == "given")
        let files = CredentialSources(keyring: keyring, netrc: netrc)
        #expect(try files.credentials(for: ResourceURL("https://h/b/x"))?.user == "keyring")
        let nothing = CredentialSources(keyring: scratch.file("none"), netrc: netrc)
        #expect(try nothing.credentials(for: ResourceURL("https://h/b/x"))?.user == "netrc")
        #expect(try CredentialSources.none.credentials(for: ResourceURL("https://h/b/x")) == nil)
    }

    @Test("where they serve what the user named alone, keyring and netrc go nowhere else, also over TLS")
    func onlyWhereNamed() throws {
        let scratch = try Scratch()
        let netrc = try scratch.write(".netrc", "default login netrc password x")
        let keyring = try scratch.write("keyring", "[https://h/b]\nusername = keyring\npassword = x")
        let sources = CredentialSources(keyring: keyring, netrc: netrc, onlyWhereNamed: true)
        func user(_ url: String) throws -> String? { try sources.credentials(for: ResourceURL(url))?.user }
        for url in ["https://h/b/x", "https://h/x", "https://other/x"] { #expect(try user(url) == nil, "\(url)") }
        #expect(try user("https://own:x@other/x") == "own")
        sources.allowNetrc(for: try ResourceURL("https://h/").origin)
        #expect(try user("https://h/b/x") == "keyring")
        #expect(try user("https://other/x") == nil)
        sources.allowNetrc(for: try ResourceURL("https://other/").origin)
        #expect(try user("https://other/x") == "netrc")
    }

    @Test(
        "netrc serves over TLS, and elsewhere only at an origin that the user named",
        arguments: ["machine h login ana password x", "default login ana password x"])
    func netrcOrigins(text: String) throws {
        let scratch = try Scratch()
        let sources = CredentialSources(netrc: try scratch.write("netrc", text))
        func user(_ url: String) throws -> String? { try sources.credentials(for: ResourceURL(url))?.user }
        #expect(try user("https://h/x") == "ana")
        #expect(try user("http://h/x") == nil)
        #expect(try user("http://h:8080/x") == nil)
        sources.allowNetrc(for: try ResourceURL("http://h:8080/simple/").origin)
        #expect(try user("http://h:8080/x") == "ana")
        #expect(try user("http://h/x") == nil)
    }

    @Test("the user's files are where the environment says")
    func places() throws {
        let scratch = try Scratch()
        try scratch.write("home/.netrc", "machine h login home password x")
        try scratch.write("other", "machine h login other password x")
        let home = scratch.file("home").string
        let url = try ResourceURL("https://h/")
        #expect(try CredentialSources.ofUser(environment: ["HOME": home]).credentials(for: url)?.user == "home")
        let given = CredentialSources.ofUser(environment: ["HOME": home, "NETRC": scratch.file("other").string])
        #expect(try given.credentials(for: url)?.user == "other")
        try scratch.write("home/.config/chidori/keyring", "[https://h/]\nusername = keyring\npassword = x")
        #expect(try CredentialSources.ofUser(environment: ["HOME": home]).credentials(for: url)?.user == "keyring")
    }

    @Test(
        "Basic authorization is base64 of user and password",
        arguments: [("a", "b", "YTpi"), ("ab", "c", "YWI6Yw=="), ("", "token", "OnRva2Vu")])
    func authorization(user: String, password: String, expected: String) {
        #expect(Credentials(user: user, password: password).authorization == "Basic " + expected)
    }

    @Test("what is granted for a place alone stays below it, and headers go where their grant does")
    func reach() throws {
        let sources = CredentialSources(grants: [
            .init(
                Credentials(user: "ana", password: "b"), headers: [("X-Key", "k")],
                for: try ResourceURL("https://h/private/"), reach: .place)
        ])
        func said(_ url: String, after earlier: String...) throws -> [String] {
            try sources.headers(forLastOf: (earlier + [url]).map { try ResourceURL($0) })
        }
        let all = ["X-Key: k", "Authorization: Basic YW5hOmI="]
        #expect(try said("https://h/private/g/a.pom") == all)
        for other in ["https://h/evil/g/a.pom", "https://h/private/%2e%2e/evil/a.pom", "https://h:8443/private/a"] {
            #expect(try said(other) == [])
        }
        #expect(try said("https://h/evil/a", after: "https://other/private/a") == [])
        #expect(try said("https://h/storage/a", after: "https://h/private/a") == all)
        #expect(try said("https://other/private/a", after: "https://h/private/a") == [])
        // Who was asked in between chose the path.
        #expect(try said("https://h/evil/a", after: "https://h/private/a", "https://other/b") == [])
    }
}
