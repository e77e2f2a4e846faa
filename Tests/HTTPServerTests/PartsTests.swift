import Testing

@testable import HTTPServer

@Suite("Parts of the server")
struct PartsTests {
    @Test(
        "a trace is taken where its header is one",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes", true),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false), ("", false), ("00-0-0-0", false),
        ] as [(String, Bool)])
    func trace(header: String, isGood: Bool) {
        var generator = SystemRandomNumberGenerator()
        #expect((TraceContext(header: header, using: &generator) != nil) == isGood)
    }

    @Test(
        "a range is one of RFC 9110",
        arguments: [
            ("bytes=0-0", 0, 1), ("bytes=5-", 5, 10), ("bytes=-3", 7, 10), ("bytes=-30", 0, 10), ("bytes=2-99", 2, 10),
            ("bytes=12-", 12, 10), ("bytes=3-1", nil, 0), ("bytes=a-b", nil, 0), ("bytes=--1", nil, 0),
            ("bytes=", nil, 0),
            ("bytes=1-2,3-4", nil, 0), ("items=1-2", nil, 0),
            ("bytes=9223372036854775807-9223372036854775807", 9_223_372_036_854_775_807, 10),
        ] as [(String, Int64?, Int64)])
    func range(header: String, start: Int64?, end: Int64) {
        let span = ByteSpan(header, size: 10)
        #expect(span?.start == start)
        if start != nil { #expect(span?.end == end) }
    }

    @Test("a range that ends before it begins is told from one that is none")
    func reversed() {
        for header in ["bytes=5-2", "bytes=9223372036854775807-0"] { #expect(ByteSpan.isReversed(header)) }
        for header in ["bytes=2-5", "bytes=5-5", "bytes=5-", "bytes=-5", "bytes=5-2,1-0", "bytes=a-b", ""] {
            #expect(!ByteSpan.isReversed(header))
        }
    }

    @Test("places are given in turn, and who has no more patience goes without one")
    func places() async throws {
        let places = Places(2)
        #expect(await places.enter(patience: .zero))
        #expect(await places.enter(patience: .zero))
        #expect(await places.enter(patience: .zero) == false)
        #expect(await places.enter(patience: .milliseconds(20)) == false)
        let cancelled = Task { await places.enter(patience: .seconds(1000)) }
        cancelled.cancel()
        #expect(await cancelled.value == false)
        let waiting = Task { await places.enter(patience: .seconds(1000)) }
        try await Task.sleep(for: .milliseconds(20))
        places.leave()
        #expect(await waiting.value)
        #expect(await places.enter(patience: .zero) == false)
        for _ in 0..<2 { places.leave() }
        for _ in 0..<2 { #expect(await places.enter(patience: .zero)) }
        #expect(await places.enter(patience: .zero) == false)
    }

    @Test("a target's segments and query are decoded, each once")
    func target() throws {
        let target = try #require(RequestTarget("/a%2Fb/c/?x=1+2&y=%25%32%35&z&=&x=%C3%A9"))
        #expect(target.segments == ["a/b", "c"])
        #expect(target.query.map(\.name) == ["x", "y", "z", "", "x"])
        #expect(target.query.map(\.value) == ["1 2", "%25", "", "", "é"])
        for bad in ["a", "", "/%", "/%1", "/%zz", "/%00", "/?a=%FF", "*"] {
            #expect(RequestTarget(bad) == nil, "\(bad)")
        }
    }

    @Test(
        "an address has a host and a port",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80, true), ("localhost:0", "localhost", 0, true), ("[::1]:7", "::1", 7, true),
            ("7878", "127.0.0.1", 7878, true), ("0.0.0.0:1", "0.0.0.0", 1, false),
            ("h.example:1", "h.example", 1, false),
            ("127.x:1", "127.x", 1, false),
        ] as [(String, String, Int, Bool)])
    func address(text: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address == ListenAddress(host: host, port: port) && address.isLoopback == isLoopback)
        #expect(ListenAddress(address.description) == address)
    }

    @Test("and nothing else is one", arguments: ["", "host", ":80", "::1:80", "h:65536", "h:-1", "[::1]", "h:x"])
    func noAddress(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(
        "base64 is read, and nothing else",
        arguments: [
            ("", []), ("YQ==", [97]), ("YWI=", [97, 98]), ("YWJj", [97, 98, 99]), ("+/+/", [0xFB, 0xFF, 0xBF]),
            ("Y*==", nil),
            ("YQ=a", nil),
        ] as [(String, [UInt8]?)])
    func base64(text: String, bytes: [UInt8]?) {
        #expect(decodeBase64(text.utf8) == bytes)
    }
}
