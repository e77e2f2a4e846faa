import Diagnostics
import Testing

@testable import Transfer

@Suite("Policies")
struct PolicyTests {
    @Test("pauses double, are left to chance by half, and end")
    func pauses() {
        var policy = RetryPolicy()
        policy.firstPause = .milliseconds(100)
        policy.longestPause = .seconds(1)
        policy.attempts = 7
        #expect(policy.pause(afterFailures: 1, retryAfter: nil, chance: 0) == .milliseconds(50))
        #expect(policy.pause(afterFailures: 1, retryAfter: nil, chance: 1) == .milliseconds(100))
        #expect(policy.pause(afterFailures: 3, retryAfter: nil, chance: 1) == .milliseconds(400))
        #expect(policy.pause(afterFailures: 6, retryAfter: nil, chance: 1) == .seconds(1))
        #expect(policy.pause(afterFailures: 7, retryAfter: nil, chance: 1) == nil)
    }

    @Test("a server's wish for a pause is honoured, unless it is too long")
    func retryAfter() {
        let policy = RetryPolicy()
        #expect(policy.pause(afterFailures: 1, retryAfter: .seconds(20), chance: 0) == .seconds(20))
        #expect(policy.pause(afterFailures: 1, retryAfter: .seconds(3600), chance: 0) == nil)
        #expect(RetryPolicy.retryAfter("120", now: 0) == .seconds(120))
        #expect(RetryPolicy.retryAfter("Thu, 01 Jan 1970 00:01:00 GMT", now: 10) == .seconds(50))
        #expect(RetryPolicy.retryAfter("Thu, 01 Jan 1970 00:01:00 GMT", now: 100) == .zero)
        #expect(RetryPolicy.retryAfter("soon", now: 0) == nil)
        #expect(RetryPolicy.retryAfter("-5", now: 0) == nil)
    }

    @Test(
        "dates are read",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("", nil),
        ] as [(String, Int64?)])
    func dates(text: String, seconds: Int64?) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test("only what may pass is tried again")
    func statuses() {
        for status in [408, 425, 429, 500, 502, 503, 504, 520] { #expect(RetryPolicy.isPassing(status: status)) }
        for status in [200, 304, 400, 401, 403, 404, 416, 501, 505] { #expect(!RetryPolicy.isPassing(status: status)) }
    }

    @Test(
        "Content-Range is read strictly",
        arguments: [
            ("bytes 0-9/10", 0..<10, 10), ("bytes 5-5/*", 5..<6, nil), ("bytes */7", nil, 7),
        ] as [(String, Range<UInt64>?, UInt64?)])
    func contentRange(text: String, bytes: Range<UInt64>?, size: UInt64?) {
        let range = ContentRange(text)
        #expect(range?.bytes == bytes)
        #expect(range?.size == size)
    }

    @Test(
        "a Content-Range that contradicts itself is none",
        arguments: [
            "bytes 9-0/10", "bytes 0-10/10", "items 0-1/2", "bytes 0-1", "bytes -1/2", "bytes 0-x/9",
            "bytes 0-18446744073709551615/*",
        ])
    func badContentRange(text: String) {
        #expect(ContentRange(text) == nil)
    }

    @Test(
        "redirects are followed where it is safe",
        arguments: [
            ("https://h/a", "/b", "https://h/b"), ("https://h/a", "https://cdn/b", "https://cdn/b"),
            ("http://h/a", "https://h/a", "https://h/a"), ("https://h/a/", "b?x=1", "https://h/a/b?x=1"),
        ])
    func goodRedirects(from: String, location: String, to: String) throws {
        #expect(try RedirectPolicy().next(location, after: [ResourceURL(from)]).text == to)
    }

    @Test(
        "redirects that lead astray are refused",
        arguments: [
            ("https://h/a", "http://h/a", "from https to http"),
            ("https://h/a", "https://x:y@cdn/b", "user or password"),
            ("https://h/a", "https://h/a", "loop"), ("https://h/a", "file:///etc/passwd", "local file"),
            ("https://h/a", "ftp://h/a", "cannot be fetched"), ("https://h/a", "", "without saying where"),
            ("https://h/a", nil, "without saying where"),
        ] as [(String, String?, String)])
    func badRedirects(from: String, location: String?, reason: String) throws {
        let start = try ResourceURL(from)
        let error = #expect(throws: TransferError.self) { try RedirectPolicy().next(location, after: [start]) }
        #expect(error?.code == .refusedRedirect)
        #expect(error?.description.contains(reason) == true)
        #expect(error?.advice != nil)
    }

    @Test("an origin gets as many at once as it may, in order, and more once it multiplexes")
    func admission() throws {
        let one = try ResourceURL("https://one/").origin, two = try ResourceURL("https://two/").origin
        var admission = Admission<String>(perOrigin: 2, perMultiplexedOrigin: 4)
        for name in ["a", "b", "c", "d", "e", "f"] { admission.enqueue(name, one) }
        admission.enqueue("x", two)
        func drain() -> [String] {
            var started: [String] = []
            while let next = admission.next() { started.append(next) }
            return started.sorted()
        }
        #expect(drain() == ["a", "b", "x"])
        admission.finished(one, isMultiplexed: false)
        #expect(drain() == ["c"])
        admission.finished(one, isMultiplexed: true)
        #expect(drain() == ["d", "e", "f"])
        for name in ["g", "h", "i"] { admission.enqueue(name, one) }
        #expect(drain() == [])
        #expect(admission.removeWaiting { $0 != "h" } == ["g", "i"])
        admission.finished(one, isMultiplexed: true)
        #expect(drain() == ["h"])
    }
}
