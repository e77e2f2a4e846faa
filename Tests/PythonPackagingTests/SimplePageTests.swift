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
}
