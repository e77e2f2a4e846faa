internal import Cryptography
internal import HTTPTypes
internal import NIOPosix
internal import SystemPackage

/// Sends files of the store: whole, or the range that is asked for (RFC 9110 §14), so many at once.
struct FileSender: Sendable {
    /// Files that are sent at once.
    let places: Places
    /// On which they are opened.
    let threads: NIOThreadPool

    /// How long to wait where as many are sent as may be.
    private static let turn = Duration.seconds(30)
    /// What is named by its digest is never anything else.
    static let forEver = "private, max-age=31536000, immutable"

    enum Trouble: Error {
        /// As many are sent as may be, and none of them has ended for a while.
        case crowded
        /// It was there a moment ago.
        case gone
        /// A range without a byte in it, or one that ends before it begins.
        case noSuchRange(size: Int64)
    }

    /// A file as an answer: 200, 206 with a part of it, or 304 for whoever has it.
    ///
    /// - Parameters:
    ///   - digest: of the file, which its entity tag tells.
    ///   - headers: that stand beside those which tell of the file.
    /// - Throws: ``Trouble``.
    func reply(
        _ path: FilePath, digest: SHA256Digest, to exchange: Exchange,
        headers: [(name: HTTPField.Name, value: String)]
    ) async throws -> Reply {
        let tag = EntityTag(digest)
        if let held = exchange.headers[.ifNoneMatch], tag.isNamed(in: held) {
            return Reply(304, headers: [(.eTag, tag.text)])
        }
        let isSent = exchange.method == "GET"
        if isSent, !(await places.enter(patience: Self.turn)) { throw Trouble.crowded }
        let file: FileBody
        do {
            file = try await threads.runIfActive { [places] in
                try FileBody(path) { size in
                    try Self.span(exchange, tag: tag, size: size)
                } onClose: {
                    if isSent { places.leave() }
                }
            }
        } catch {
            if isSent { places.leave() }
            throw error as? Trouble ?? Trouble.gone
        }
        var reply = Reply(
            200, headers: headers + [(.eTag, tag.text), (.acceptRanges, "bytes"), (.cacheControl, Self.forEver)],
            body: .file(file))
        if file.span != 0..<file.size {
            reply.status = 206
            reply.headers.append((.contentRange, ByteSpan(file.span).contentRange(of: file.size)))
        }
        return reply
    }

    /// Which bytes are asked for (RFC 9110 §14.2): all of them where a range is none, where there are several, and where
    /// `If-Range` means something else.
    private static func span(_ exchange: Exchange, tag: EntityTag, size: Int64) throws -> Range<Int64> {
        let whole = 0..<size
        guard exchange.method == "GET", let header = exchange.headers[.range] else { return whole }
        if let condition = exchange.headers[.ifRange], condition != tag.text { return whole }
        if ByteSpan.isReversed(header) { throw Trouble.noSuchRange(size: size) }
        guard let span = ByteSpan(header, size: size) else { return whole }
        guard !span.isEmpty else { throw Trouble.noSuchRange(size: size) }
        return span.start..<span.end
    }
}
