internal import Cryptography
internal import FileSystem
internal import ImageSpec
internal import SystemPackage
internal import Transfer
internal import Workers

/// A blob on its way into a repository (distribution-spec §pushing blobs): in one piece, or in several where it is long;
/// gone on with where a connection broke, from where the registry says it is.
struct BlobUpload {
    let client: RegistryClient
    let blob: Descriptor
    let endpoint: RegistryEndpoint
    let scopes: [RegistryScope]
    let observe: RegistryObserver

    /// An upload that the registry has opened.
    private struct Session {
        var location: ResourceURL
        /// How much the registry has.
        var offset: UInt64 = 0
        /// Whether a break was in it: what the registry has may then be less, or other, than it says.
        var wasBroken = false
    }

    /// What went wrong and may go well the next time.
    private struct Setback: Error {
        let cause: any Error
        var headers: HeaderFields?
        /// Whether there is nothing to go on with.
        var endsSession = false
    }

    /// However far each of them brought the blob.
    private static let mostSetbacks = 100

    private var session: Session?
    /// Whether pieces are sent; some registries take the whole alone.
    private var isChunked: Bool
    /// Whether the registry has found another digest once.
    private var hasBegunAnew = false
    /// Bytes of the blob in requests that were answered.
    private var sent: UInt64 = 0

    init(
        client: RegistryClient, blob: Descriptor, endpoint: RegistryEndpoint, scopes: [RegistryScope],
        observe: @escaping RegistryObserver
    ) {
        (self.client, self.blob, self.endpoint) = (client, blob, endpoint)
        (self.scopes, self.observe) = (scopes, observe)
        isChunked = blob.size > client.settings.chunkSize
    }

    // MARK: - Beginning

    /// Has the registry take the blob from one of its other repositories. One that does not (202, or a refusal) has begun
    /// an upload instead, or does so with the first byte.
    ///
    /// - Returns: the repository that it came from; `nil` if it must be sent.
    mutating func begin(mounting repositories: [String]) async throws -> String? {
        for repository in repositories.prefix(3) {
            let response: Response
            do {
                response = try await open([("mount", blob.digest.prefixed), ("from", repository)])
            } catch let error as RegistryError where error.code == .denied {
                // The other repository may not be ours to read; this one may still be ours to write.
                continue
            }
            if response.status == 201 { return repository }
            if response.status == 202 {
                // The next question would open another upload, and leave this one behind at the registry.
                session = Session(location: try await client.location(response, endpoint))
                return nil
            }
        }
        return nil
    }

    private func open(_ query: [(name: String, value: String)]) async throws -> Response {
        let access = try await client.authenticator.access(of: endpoint)
        // A second time opens a second upload, and the registry forgets the first.
        return try await client.send(
            Request(
                try access.url(endpoint.repository, "blobs/uploads/").adding(query: query), method: .post,
                acceptsCompression: false, bodyLimit: 1 << 20, triesAgain: true),
            to: endpoint, for: scopes)
    }

    // MARK: - Sending

    /// Sends the bytes and has the registry check them.
    ///
    /// - Returns: how many were sent.
    /// - Throws: ``RegistryError``, `TransferError`, `CancellationError`; the registry then has no such blob.
    mutating func send(_ source: BlobSource) async throws -> UInt64 {
        let policy = client.settings.transfer.retry
        var failures = 0
        var setbacks = 0
        while true {
            let before = session?.offset ?? 0
            do {
                if session == nil { try await start() }
                if try await advance(source) { return sent }
                failures = 0
            } catch let setback as Setback {
                if setback.endsSession { session = nil }
                failures += 1
                setbacks += 1
                guard setbacks < Self.mostSetbacks,
                    let pause = policy.pause(afterFailures: failures, setback.headers)
                else { throw setback.cause }
                try await Task.sleep(for: pause)
                if try await isThereAfterAll() { return sent }
                try await lookAgain()
                // A break that brought the blob further is no failure.
                if let session, session.offset >= before + 64 << 10 { failures = 0 }
            }
        }
    }

    private mutating func start() async throws {
        let response = try await attempt { try await open([]) }
        guard response.status == 202 else {
            throw client.failure(response, endpoint.reference.place, endpoint)
        }
        session = Session(location: try await client.location(response, endpoint))
    }

    /// Sends the next piece, or the last.
    ///
    /// - Returns: whether the registry has the blob now.
    private mutating func advance(_ source: BlobSource) async throws -> Bool {
        guard let session else { return false }
        let rest = blob.size - session.offset
        if session.offset == 0, !isChunked {
            try await finish(session, source, 0..<blob.size)
            return true
        }
        if rest == 0 {
            try await finish(session, source, nil)
            return true
        }
        try await send(source, session.offset..<session.offset + min(rest, client.settings.chunkSize), session)
        return false
    }

    /// One piece: `PATCH`, with the bytes' places in the blob.
    private mutating func send(_ source: BlobSource, _ range: Range<UInt64>, _ session: Session) async throws {
        let request = Request(
            session.location, method: .patch,
            headers: [("Content-Range", "\(range.lowerBound)-\(range.upperBound - 1)")], acceptsCompression: false,
            bodyLimit: 1 << 20, body: body(source, range))
        let response = try await attempt { try await client.send(patient(request), to: endpoint, for: scopes) }
        sent += UInt64(range.count)
        switch response.status {
        case 200...299:
            var next = session
            if response.headers["Location"] != nil { next.location = try await client.location(response, endpoint) }
            next.offset = Self.received(response) ?? range.upperBound
            self.session = next
            guard next.offset > range.lowerBound, next.offset <= range.upperBound else {
                throw Setback(cause: malformed("has received other bytes than were sent"), endsSession: true)
            }
        case 404, 416:
            throw Setback(cause: client.failure(response, endpoint.reference.place, endpoint))
        case 400, 405, 411, 501:
            let refusal = client.failure(response, endpoint.reference.place, endpoint)
            guard isChunked || session.wasBroken else { throw refusal }
            // Not every registry takes pieces.
            isChunked = false
            throw Setback(cause: refusal, endsSession: true)
        default:
            throw client.failure(response, endpoint.reference.place, endpoint)
        }
    }

    /// The last request: `PUT` with the digest, and the whole blob where no piece was sent before.
    private mutating func finish(_ session: Session, _ source: BlobSource, _ range: Range<UInt64>?) async throws {
        let request = Request(
            session.location.adding(query: [("digest", blob.digest.prefixed)]), method: .put,
            acceptsCompression: false, bodyLimit: 1 << 20,
            body: range.map { body(source, $0) } ?? .init([], type: Self.type))
        let response = try await attempt { try await client.send(patient(request), to: endpoint, for: scopes) }
        sent += UInt64(range?.count ?? 0)
        switch response.status {
        case 200...299: return
        case 404, 416:
            throw Setback(cause: client.failure(response, endpoint.reference.place, endpoint), endsSession: true)
        case 400 where RegistryFault.has("DIGEST_INVALID", response):
            try await check(source)
            let cause = client.failure(response, endpoint.reference.place, endpoint)
            // What a broken connection left at the registry may be the fault: once it is begun anew.
            guard !hasBegunAnew else { throw cause }
            hasBegunAnew = true
            throw Setback(cause: cause, endsSession: true)
        default:
            throw client.failure(response, endpoint.reference.place, endpoint)
        }
    }

    private static let type = "application/octet-stream"

    private func body(_ source: BlobSource, _ range: Range<UInt64>) -> Request.Body {
        switch source {
        case .bytes(let bytes):
            let end = min(range.upperBound, UInt64(bytes.count))
            return .init(Array(bytes[Int(min(range.lowerBound, end))..<Int(end)]), type: Self.type)
        case .file(let path):
            let (blob, observe, start) = (blob, observe, range.lowerBound)
            return .init(file: path, range, type: Self.type) { observe(.sending(blob, bytes: start + $0)) }
        }
    }

    /// Registries read a blob again before they answer.
    private func patient(_ request: Request) -> Request {
        var request = request
        request.stallTimeout = client.settings.patience
        return request
    }

    // MARK: - After a break

    /// What an exchange answers; what may pass is a setback.
    private func attempt(_ exchange: () async throws -> Response) async throws -> Response {
        do {
            let response = try await exchange()
            guard RetryPolicy.isPassing(status: response.status) else { return response }
            throw Setback(
                cause: client.failure(response, endpoint.reference.place, endpoint), headers: response.headers)
        } catch let error as TransferError where error.code.isPassing {
            throw Setback(cause: error)
        }
    }

    /// Whether only the answer was lost.
    private func isThereAfterAll() async throws -> Bool {
        (try? await client.has(blob, at: endpoint, scopes: scopes)) ?? false
    }

    /// Asks how much the registry has (distribution-spec §pushing a blob in chunks). Where that cannot be told, the upload
    /// begins anew.
    private mutating func lookAgain() async throws {
        guard var known = session else { return }
        session = nil
        let request = Request(known.location, acceptsCompression: false, bodyLimit: 1 << 20)
        guard let response = try? await client.send(request, to: endpoint, for: scopes), response.isSuccess,
            // "0-0" is said for one byte and for none.
            let offset = Self.received(response), offset > 1, offset <= blob.size
        else {
            try Task.checkCancellation()
            return
        }
        if response.headers["Location"] != nil { known.location = try await client.location(response, endpoint) }
        known.offset = offset
        known.wasBroken = true
        session = known
    }

    /// How many bytes a `Range: 0-N` says are there; `nil` without one.
    private static func received(_ response: Response) -> UInt64? {
        guard let text = response.headers["Range"] else { return nil }
        let range = text.hasPrefix("bytes=") ? text.dropFirst("bytes=".count) : text[...]
        let ends = range.split(separator: "-")
        guard ends.count == 2, ends[0] == "0", let last = UInt64(ends[1]), last < .max else { return nil }
        return last + 1
    }

    /// Whether the registry is right about the digest: a local file may be damaged.
    private func check(_ source: BlobSource) async throws {
        guard case .file(let path) = source else { return }
        let digest = try await blocking { () throws -> SHA256Digest in
            var hasher = SHA256Hasher()
            let reader = try FileReader(path, chunk: 1 << 20)
            while let piece = try reader.next() { hasher.update(piece) }
            return hasher.finalize()
        }
        guard digest != blob.digest else { return }
        throw RegistryError(
            .damaged, path.string, "no longer has the content that its digest is of (\(blob.digest.prefixed))",
            advice: "run `chidori store verify` if it is in the data folder; else make or copy the image anew")
    }

    private func malformed(_ message: String) -> RegistryError {
        client.malformed(message, endpoint)
    }
}
