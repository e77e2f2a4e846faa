import Cryptography
import Testing

@testable import PythonPackaging

@Suite("Index pages (PEP 503, 691, 592, 629, 658, 700, 714, 792)")
struct SimplePageTests {
    static let digest = String(repeating: "ab", count: 32)

    private func html(_ text: String, url: String = "https://index.example/simple/foo/") throws -> SimplePage {
        try SimplePage(Array(text.utf8), contentType: "text/html; charset=utf-8", url: url)
    }

    private func json(_ text: String, url: String = "https://index.example/simple/foo/") throws -> SimplePage {
        try SimplePage(Array(text.utf8), contentType: "application/vnd.pypi.simple.v1+json", url: url)
    }

    @Test("an anchor with every attribute becomes a file with every property")
    func everyAttribute() throws {
        let page = try html(
            """
            <!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.3">
            <meta name="pypi:project-status" content="archived"></head><body>
            <a href="../../files/foo-1.0%2Bcpu-py3-none-any.whl#sha256=\(Self.digest.uppercased())"
               data-requires-python="&gt;=3.8,&lt;4" data-yanked="broken &amp; bad" data-core-metadata="sha256=\(Self.digest)"
               data-upload-time="2024-02-29T12:30:45.123456Z" >foo</a><br/>
            </body></html>
            """)
        #expect(page.status == "archived")
        let file = try #require(page.files.first)
        #expect(page.files.count == 1)
        #expect(file.filename == "foo-1.0+cpu-py3-none-any.whl")
        #expect(file.url == "https://index.example/files/foo-1.0%2Bcpu-py3-none-any.whl")
        #expect(file.metadataURL == "https://index.example/files/foo-1.0%2Bcpu-py3-none-any.whl.metadata")
        #expect(file.sha256 == SHA256Digest(hex: Self.digest))
        #expect(file.requiresPython == (try SpecifierSet(">=3.8,<4")))
        #expect(file.yanked == .yes(reason: "broken & bad"))
        #expect(file.metadata == .available(sha256: SHA256Digest(hex: Self.digest)))
        #expect(file.uploadTime?.description == "2024-02-29T12:30:45.123456Z")
    }

    @Test("a file in JSON has the same properties")
    func everyKey() throws {
        let page = try json(
            """
            {"meta": {"api-version": "1.4"}, "name": "foo", "versions": ["1.0"], "project-status": {"status": "archived"},
             "files": [{"filename": "foo-1.0+cpu-py3-none-any.whl", "url": "../../files/foo-1.0%2Bcpu-py3-none-any.whl",
               "hashes": {"sha256": "\(Self.digest)", "md5": "0AB"}, "requires-python": "\\u003e=3.8,<4", "size": 12345,
               "yanked": "broken \\"bad\\" \\ud83d\\ude00", "core-metadata": {"sha256": "\(Self.digest)"},
               "dist-info-metadata": false, "upload-time": "2024-02-29T12:30:45Z", "provenance": null,
               "unknown": [1, -2.5e3, {"a": [true, null]}]}]}
            """)
        #expect(page.status == "archived")
        let file = try #require(page.files.first)
        #expect(file.filename == "foo-1.0+cpu-py3-none-any.whl")
        #expect(file.url == "https://index.example/files/foo-1.0%2Bcpu-py3-none-any.whl")
        #expect(file.sha256 == SHA256Digest(hex: Self.digest))
        #expect(file.otherHashes == ["md5": "0ab"])
        #expect(file.requiresPython == (try SpecifierSet(">=3.8,<4")))
        #expect(file.yanked == .yes(reason: "broken \"bad\" 😀"))
        #expect(file.metadata == .available(sha256: SHA256Digest(hex: Self.digest)))
        #expect(file.size == 12345)
        #expect(file.uploadTime?.description == "2024-02-29T12:30:45Z")
    }

    @Test("an empty reason is still yanked")
    func yanked() throws {
        let page = try html(
            "<a href='a-1.zip' data-yanked>x</a><a href='a-2.zip' data-yanked=''>x</a><a href='a-3.zip'>x</a>")
        #expect(page.files.map(\.isYanked) == [true, true, false])
        let other = try json(
            #"{"files": [{"url": "a-1.zip", "yanked": true}, {"url": "a-2.zip", "yanked": ""}, {"url": "a-3.zip", "yanked": false}]}"#
        )
        #expect(other.files.map(\.isYanked) == [true, true, false])
    }

    @Test("core-metadata counts before the legacy key, and false means none (PEP 714)")
    func metadataKeys() throws {
        let page = try html(
            """
            <a href="a-1.whl" data-dist-info-metadata="true">x</a>
            <a href="a-2.whl" data-core-metadata="sha256=\(Self.digest)" data-dist-info-metadata="true">x</a>
            <a href="a-3.whl" data-core-metadata="false" data-dist-info-metadata="true">x</a>
            <a href="a-4.whl">x</a>
            """)
        let expected: [IndexFile.MetadataFile] = [
            .available(sha256: nil), .available(sha256: SHA256Digest(hex: Self.digest)), .none, .none,
        ]
        #expect(page.files.map(\.metadata) == expected)
        let other = try json(
            """
            {"files": [{"url": "a-1.whl", "dist-info-metadata": true},
             {"url": "a-2.whl", "dist-info-metadata": true, "core-metadata": {"sha256": "\(Self.digest)"}},
             {"url": "a-3.whl", "core-metadata": false, "dist-info-metadata": true}, {"url": "a-4.whl"}]}
            """)
        #expect(other.files.map(\.metadata) == expected)
    }

    @Test(
        "links are resolved against the page's last address, or its base",
        arguments: [
            ("https://a.example/simple/foo/", "foo-1.zip", "https://a.example/simple/foo/foo-1.zip"),
            ("https://a.example/simple/foo", "foo-1.zip", "https://a.example/simple/foo-1.zip"),
            ("https://a.example/simple/foo/?x=1#y", "../foo-1.zip", "https://a.example/simple/foo-1.zip"),
            ("https://u:p@a.example:8443/s/foo/", "/p/./x/../foo-1.zip", "https://u:p@a.example:8443/p/foo-1.zip"),
            ("https://a.example/s/foo/", "//b.example/foo-1.zip", "https://b.example/foo-1.zip"),
            ("https://a.example/s/foo/", "http://b.example/foo-1.zip", "http://b.example/foo-1.zip"),
            ("https://a.example/s/foo/", "../../../../foo-1.zip", "https://a.example/foo-1.zip"),
            ("https://a.example", "foo-1.zip", "https://a.example/foo-1.zip"),
            ("file:///srv/index/foo/index.html", "foo-1.zip", "file:///srv/index/foo/foo-1.zip"),
            ("https://a.example/s/foo/", "foo-1.zip?token=a/b", "https://a.example/s/foo/foo-1.zip?token=a/b"),
            ("https://a.example/s/foo/", " a b/foo-1.zip\n", "https://a.example/s/foo/a%20b/foo-1.zip"),
            ("https://a.example/s/foo/", "ü/foo-1.zip", "https://a.example/s/foo/%C3%BC/foo-1.zip"),
        ])
    func links(page: String, link: String, url: String) throws {
        let file = try #require(try html("<a href=\"\(link)\">x</a>", url: page).files.first)
        #expect(file.url == url)
        #expect(file.filename == "foo-1.zip")
    }

    @Test("the first base counts, itself resolved")
    func base() throws {
        let page = try html("<base href=\"/files/\"><base href=\"/other/\"><a href=\"foo-1.zip\">x</a>")
        #expect(page.files.first?.url == "https://index.example/files/foo-1.zip")
    }

    @Test("HTML is read as browsers read it: comments, quotes, case, stray text")
    func htmlTokens() throws {
        let page = try html(
            """
            <title><a href="no-1.zip"></title><!-- <a href="no-2.zip">x</a> --><SCRIPT>"<a href='no-3.zip'>"</SCRIPT>
            <A HREF=foo-1.zip>x</A><a
            data-x='>' href = 'foo-2.zip'/>x</a><a href="foo-3.zip" href="no-4.zip">x</a><abbr href="no-5.zip">x</abbr>
            <a>no link</a><a href>none</a><a href="">none</a><a href="sub/">folder</a> 1 < 2 &amp; <a href="foo-4.zip"
            """)
        #expect(page.files.map(\.filename) == ["foo-1.zip", "foo-2.zip", "foo-3.zip", "foo-4.zip"])
    }

    @Test(
        "character references are replaced, and nothing else is",
        arguments: [
            ("&gt;=3.8", ">=3.8"), ("&#62;&#x3D;3.8", ">=3.8"), ("&gt;&equals;3&period;8", ">=3.8"),
            ("&gt=3.8", "&gt=3.8"),
            ("&gt 3.8", "> 3.8"), ("&unknown;3.8", "&unknown;3.8"), ("&", "&"), ("&#;", "&#;"), ("&#0;", "\u{FFFD}"),
            ("&#xD800;", "\u{FFFD}"), ("&amp;gt;", "&gt;"), ("&lt;&quot;&apos;&#39;", "<\"''"),
        ])
    func references(text: String, meaning: String) {
        let decoded = Array(text.utf8).withUnsafeBufferPointer { HTMLEntities.decoded($0) }
        #expect(String(decoding: decoded, as: UTF8.self) == meaning)
    }

    @Test("hashes of every algorithm are read from fragments")
    func hashes() throws {
        let page = try html(
            """
            <a href="a-1.zip#md5=ABC">x</a><a href="a-2.zip#egg=a-2&sha512=00ff&sha256=\(Self.digest)">x</a>
            <a href="a-3.zip#sha256=\(Self.digest.dropLast())">x</a><a href="a-4.zip#sha256=\(Self.digest.dropLast())g">x</a>
            """)
        #expect(page.files.map(\.otherHashes) == [["md5": "abc"], ["sha512": "00ff"], [:], [:]])
        #expect(page.files.map { $0.sha256 != nil } == [false, true, false, false])
    }

    @Test(
        "a link whose file name could lead out of a folder is passed over",
        arguments: ["..", "x/..%2f..%2fetc", "a%00b.zip", "%2e%2e", "a%5cb.zip", "a\\b.zip", "a%0ab.zip"])
    func hostileNames(link: String) throws {
        #expect(try html("<a href=\"\(link)\">x</a>").files.isEmpty)
        #expect(try json(#"{"files": [{"filename": "../x", "url": "x-1.zip"}]}"#).files.isEmpty)
    }

    @Test("Requires-Python that cannot be read is none, as pip has it")
    func requiresPython() throws {
        let page = try html(
            """
            <a href="a-1.zip" data-requires-python="&gt;=3.6, ">x</a><a href="a-2.zip" data-requires-python="newest">x</a>
            <a href="a-3.zip" data-requires-python="">x</a><a href="a-4.zip" data-requires-python="&gt;=3.6.*">x</a>
            """)
        #expect(page.files.map { $0.requiresPython?.description } == [">=3.6", nil, nil, ">=3.6"])
    }

    @Test(
        "what is no index page is told so, without secrets of the address",
        arguments: [
            ("application/zip", "PK"), ("image/png", ""), ("text/html", #"{"error": "not found"}"#),
            ("application/vnd.pypi.simple.v1+json", #"{"error": "not found"}"#), ("", "x"),
            ("application/vnd.pypi.simple.v2+json", "{}"),
            ("application/vnd.pypi.simple.v1+json", #"{"meta": {"api-version": "2.0"}, "files": []}"#),
            ("text/html", #"<meta name="pypi:repository-version" content="2.0"><a href="a-1.zip">x</a>"#),
        ])
    func notAnIndex(type: String, body: String) {
        #expect {
            try SimplePage(Array(body.utf8), contentType: type, url: "https://me:secret@index.example/simple/foo/")
        } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .notAnIndexPage && error?.subject == "https://index.example/simple/foo/"
        }
    }

    @Test(
        "broken JSON is told with its place",
        arguments: [
            "", "{", #"{"files": [}"#, #"{"files": [{"url": "a-1.zip"}"#, #"{"files": []} x"#, #"{"files": [{}]}"#,
            #"{"files": [{"url": "a}]}"#, #"{"files" []}"#, "[1]",
            #"{"files": [{"url": "\u12"}]}"#,
        ])
    func brokenJSON(text: String) {
        #expect { try json(text) } throws: { ($0 as? PythonPackagingError)?.code == .malformedIndexPage }
    }

    @Test("JSON that nests to exhaust the stack is refused")
    func deepJSON() {
        let text = #"{"x": "# + String(repeating: "[", count: 200_000)
        #expect(throws: PythonPackagingError.self) { try json(text) }
    }

    @Test("an empty project page is a page")
    func empty() throws {
        #expect(try html("<!DOCTYPE html><html><body></body></html>").files.isEmpty)
        #expect(try html("").files.isEmpty)
        #expect(try json(#"{"meta": {"api-version": "1.0"}, "name": "foo", "files": []}"#).files.isEmpty)
        #expect(try SimplePage(Array("<a href='a-1.zip'>".utf8), contentType: nil, url: "file:///x/").files.count == 1)
    }

    @Test(
        "upload times are moments in UTC",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2024-02-29T12:30:45.123456Z", 1_709_209_845_123_456),
            ("1969-12-31T23:59:59.5Z", -500_000), ("2000-03-01T00:00:00Z", 951_868_800_000_000),
            ("2023-02-29T00:00:00Z", nil),
            ("2024-13-01T00:00:00Z", nil), ("2024-01-01T24:00:00Z", nil), ("2024-01-01 00:00:00Z", nil), ("", nil),
            ("2024-01-01T00:00:00", nil), ("2024-01-01T00:00:00.Z", nil),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ] as [(String, Int64?)])
    func uploadTimes(text: String, microseconds: Int64?) throws {
        #expect(UploadTime(text)?.microseconds == microseconds)
        if let microseconds {
            #expect(UploadTime(UploadTime(microseconds: microseconds).description)?.microseconds == microseconds)
        }
    }
}
