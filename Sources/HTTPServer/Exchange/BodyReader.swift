internal import HTTPTypes
internal import HummingbirdCore
internal import JobAPI
internal import NIOCore

/// Reads a request's body: once, and whole, or what is left of it is passed over.
struct BodyReader {
    private let body: RequestBody
    private var iterator: RequestBody.AsyncIterator?
    private(set) var isOver = false

    init(_ request: Request) {
        body = request.body
        isOver = request.headers[.contentLength] == nil && request.headers[.transferEncoding] == nil
    }

    /// - Throws: ``Problem``: too large, too slow.
    mutating func collect(_ limits: ServerLimits) async throws -> [UInt8] {
        let deadline = ContinuousClock.now + .seconds(limits.slowBody)
        var bytes: [UInt8] = []
        while let part = try await next() {
            guard part.readableBytes <= limits.body - bytes.count else { throw Problem.tooLarge(limits.body) }
            bytes.append(contentsOf: part.readableBytesView)
            guard ContinuousClock.now < deadline else { throw Problem.slowBody }
        }
        return bytes
    }

    /// Passes over what is left, so that the connection can take another request.
    ///
    /// - Returns: whether that is done: not for more than `limit` bytes, or longer than a few seconds.
    mutating func discard(limit: Int) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(5)
        var left = limit
        while let part = try await next() {
            left -= part.readableBytes
            guard left >= 0, ContinuousClock.now < deadline else { return false }
        }
        return true
    }

    private mutating func next() async throws -> ByteBuffer? {
        guard !isOver else { return nil }
        var current = iterator ?? body.makeAsyncIterator()
        let part = try await current.next()
        iterator = current
        isOver = part == nil
        return part
    }
}
