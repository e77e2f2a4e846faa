import Diagnostics
import SystemPackage
import Testing
import Transfer

@Suite("URLs")
struct ResourceURLTests {
    @Test(
        "a URL is taken apart as RFC 3986 says",
        arguments: [
            ("https://Example.ORG/a/b?x=1#sha256=ab", "https://example.org/a/b?x=1", "sha256=ab"),
            ("http://example.org", "http://example.org/", nil),
            ("http://example.org:80/", "http://example.org/", nil),
            ("https://example.org:8443/simple/", "https://example.org:8443/simple/", nil),
            ("https://ana:p%40ss@example.org/x", "https://example.org/x", nil),
            ("http://[::1]:8080/x", "http://[::1]:8080/x", nil),
            ("  https://example.org/a b/\u{e9}  ", "https://example.org/a%20b/%C3%A9", nil),
            ("https://example.org/a/./b/../c", "https://example.org/a/c", nil),
            ("file:///tmp/x%20y", "file:///tmp/x%20y", nil), ("file:/tmp/x", "file:///tmp/x", nil),
            ("file://localhost/tmp/x", "file:///tmp/x", nil),
        ] as [(String, String, String?)])
    func parsing(text: String, expected: String, fragment: String?) throws {
        let url = try ResourceURL(text)
        #expect(url.text == expected)
        #expect(url.fragment == fragment)
    }

    @Test(
        "what cannot be fetched, or could be read in two ways, is refused",
        arguments: [
            "example.org/simple", "ftp://example.org/", "https:///x", "https://", "http:x", "https://exa mple.org/",
            "https://example.org:99999/", "https://example.org:0/", "https://example.org:+1/", "file://other/x",
            "https://good.org\\@evil.org/", "https://exa%6dple.org/", "javascript:alert(1)", "", "file:x",
            "file:///a%00b",
        ])
    func refusals(text: String) {
        #expect(throws: TransferError.self) { try ResourceURL(text) }
    }

    @Test(
        "links are resolved against the page's address",
        arguments: [
            ("../../files/x.whl#sha256=1", "https://h/files/x.whl"), ("/files/x.whl", "https://h/files/x.whl"),
            ("x.whl", "https://h/simple/demo/x.whl"), ("//cdn/x.whl", "https://cdn/x.whl"),
            ("https://cdn/x.whl", "https://cdn/x.whl"), ("?page=2", "https://h/simple/demo/?page=2"),
            ("#top", "https://h/simple/demo/"), ("../../../../x", "https://h/x"),
            ("./x.whl", "https://h/simple/demo/x.whl"),
            ("demo%2Bcpu.whl", "https://h/simple/demo/demo%2Bcpu.whl"), ("a:b.whl", nil),
        ] as [(String, String?)])
    func resolving(link: String, expected: String?) throws {
        let page = try ResourceURL("https://h/simple/demo/")
        #expect((try? page.resolving(link))?.text == expected)
    }

    @Test("credentials follow a link within their origin only")
    func resolvingCredentials() throws {
        let page = try ResourceURL("https://ana:secret@h/simple/demo/")
        #expect(page.credentials == Credentials(user: "ana", password: "secret"))
        #expect(try page.resolving("x.whl").credentials == page.credentials)
        #expect(try page.resolving("https://h/x.whl").credentials == page.credentials)
        #expect(try page.resolving("https://h:444/x.whl").credentials == nil)
        #expect(try page.resolving("http://h/x.whl").credentials == nil)
        #expect(try page.resolving("//cdn/x.whl").credentials == nil)
    }

    @Test("no print, dump or error shows user, password or query")
    func redaction() throws {
        let url = try ResourceURL("https://ana:hunter2@h/p/x.whl?X-Signature=hunter2#hunter2")
        var dumped = ""
        dump(url, to: &dumped)
        dump([url.credentials], to: &dumped)
        let shown = "\(url) \(String(reflecting: url)) \(String(describing: url.credentials)) \(dumped)"
        #expect(!shown.contains("hunter2"))
        #expect(!shown.contains("ana"))
        #expect(url.description == "https://h/p/x.whl?…")
        for text in ["ftp://ana:hunter2@h/", "https://ana:hunter2@h:99999/", "ana:hunter2@h", "https://a@hunter2@ /"] {
            let error = #expect(throws: TransferError.self) { try ResourceURL(text) }
            #expect(error?.description.contains("hunter2:") == false)
            #expect(error?.description.contains("ana") == false)
        }
    }

    @Test("files and URLs of files are the same thing")
    func files() throws {
        let url = ResourceURL.file("/tmp/a b/ü#1.whl")
        #expect(url.text == "file:///tmp/a%20b/%C3%BC%231.whl")
        #expect(url.filePath == "/tmp/a b/ü#1.whl")
        #expect(url.lastComponent == "ü#1.whl")
        #expect(try ResourceURL(url.text) == url)
        #expect(ResourceURL.file("/tmp/x", isFolder: true).text == "file:///tmp/x/")
    }

    @Test("an index's pages lie below its root, with or without a slash at the end")
    func appending() throws {
        for text in ["https://h/simple", "https://h/simple/"] {
            #expect(try ResourceURL(text).appending("demo", isFolder: true).text == "https://h/simple/demo/")
        }
    }
}
