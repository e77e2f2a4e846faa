internal import CCurl
internal import Glibc
internal import SystemPackage

/// An exchange under way: libcurl's handle for it, and what has come so far. Lives on the engine's thread alone.
final class CurlExchange {
    let exchange: Exchange
    let easy: UnsafeMutableRawPointer
    /// Since when `bytesSinceMark` counts.
    var progressMark = ContinuousClock().now
    var bytesSinceMark = 0
    /// When the first byte of the answer came.
    private(set) var answerStart: ContinuousClock.Instant?

    private let library: CurlLibrary
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var head = ResponseHead()
    private var hasBegun = false
    private var failure: (any Error)?
    /// Why an address was not connected to; another one of the same name may be.
    private var refusal: TransferError?
    private var headerBytes = 0
    private var isOpen = true
    /// Bytes of the body's file that libcurl has got.
    private var sent: UInt64 = 0

    /// More than this of header lines is no answer but an attack.
    private static let headerLimit = 256 << 10

    init?(_ exchange: Exchange, library: CurlLibrary, options: TransferOptions) {
        guard let easy = library.makeEasy() else { return nil }
        self.exchange = exchange
        self.library = library
        self.easy = easy
        errorText.pointee = 0
        configure(exchange.request, options)
    }

    deinit { close() }

    /// Frees the handle, which must have left the multi handle.
    func close() {
        guard isOpen else { return }
        isOpen = false
        library.discard(easy: easy)
        library.free(headerList)
        errorText.deallocate()
    }

    private func configure(_ request: ExchangeRequest, _ options: TransferOptions) {
        let library = library
        func set(_ option: CURLoption, _ value: Int) { library.set(easy, option, value) }
        func set(_ option: CURLoption, _ value: String) { library.set(easy, option, value) }
        let context = Unmanaged.passUnretained(self).toOpaque()

        set(CURLOPT_URL, request.url.text)
        setMethod(of: request)
        for line in request.headers { headerList = library.append(line, to: headerList) }
        library.set(easy, CURLOPT_HTTPHEADER, pointer: headerList)
        set(CURLOPT_USERAGENT, options.userAgent)
        // Every encoding that this libcurl unpacks; a file that is hashed must come as it is.
        if request.acceptsCompression { set(CURLOPT_ACCEPT_ENCODING, "") }

        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // Rather wait for a connection that will take this request too than open one more.
        set(CURLOPT_PIPEWAIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, 128 << 10)
        set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.milliseconds)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = options.certificateFile {
            set(CURLOPT_CAINFO, file.string)
            set(CURLOPT_PROXY_CAINFO, file.string)
        }
        if let folder = options.certificateFolder { set(CURLOPT_CAPATH, folder.string) }
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        switch options.proxy {
        case .environment: break
        case .none: set(CURLOPT_PROXY, "")
        case .url(let proxy): set(CURLOPT_PROXY, proxy)
        }
        if options.refusesLinkLocal { refuseLinkLocal() }

        library.set(easy, CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText))
        library.set(easy, CURLOPT_WRITEDATA, pointer: context)
        library.set(easy, CURLOPT_HEADERDATA, pointer: context)
        library.set(easy, CURLOPT_WRITEFUNCTION) { bytes, one, count, context in
            guard let bytes, let context else { return 0 }
            let running = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            return running.receive(UnsafeRawBufferPointer(start: bytes, count: one * count)) ? one * count : 0
        }
        library.set(easy, CURLOPT_HEADERFUNCTION) { bytes, one, count, context in
            guard let bytes, let context else { return 0 }
            let running = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            return running.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: one * count)) ? one * count : 0
        }
    }

    private func setMethod(of request: ExchangeRequest) {
        switch request.method {
        case .get: break
        case .head: library.set(easy, CURLOPT_NOBODY, 1)
        case .post, .put, .patch, .delete:
            library.set(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            guard request.body != nil || request.method != .delete else { return }
            if let source = request.source {
                send(source)
            } else {
                var bytes: [UInt8] = []
                if case .bytes(let given) = request.body?.content { bytes = given }
                // libcurl copies as many bytes as it was told before.
                library.set(easy, CURLOPT_POSTFIELDSIZE, bytes.count)
                if bytes.isEmpty { bytes = [0] }
                bytes.withUnsafeMutableBytes { library.set(easy, CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
            }
            // No type but the body's own, and no asking for leave.
            headerList = library.append(
                request.body.map { "Content-Type: \($0.type)" } ?? "Content-Type:", to: headerList)
            headerList = library.append("Expect:", to: headerList)
        }
    }

    /// Has libcurl read the body from a file while it sends it.
    private func send(_ source: BodySource) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        library.set(easy, CURLOPT_UPLOAD, 1)
        library.set(easy, CURLOPT_INFILESIZE_LARGE, offset: source.size)
        library.set(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
        library.set(easy, CURLOPT_READDATA, pointer: context)
        library.set(easy, CURLOPT_SEEKDATA, pointer: context)
        library.set(
            easy, CURLOPT_READFUNCTION,
            receiver: { buffer, one, count, context in
                guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
                let running = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
                return running.provide(UnsafeMutableRawBufferPointer(start: buffer, count: one * count))
            })
        library.set(
            easy, CURLOPT_SEEKFUNCTION,
            seeker: { context, offset, origin in
                guard let context, origin == 0, offset >= 0 else { return CURL_SEEKFUNC_CANTSEEK }
                let running = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
                guard running.exchange.request.mayRewind else { return CURL_SEEKFUNC_CANTSEEK }
                running.sent = UInt64(offset)
                return CURL_SEEKFUNC_OK
            })
    }

    /// Has the address be looked at that a name has led to, right before it is connected to.
    private func refuseLinkLocal() {
        library.set(easy, CURLOPT_OPENSOCKETDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
        library.set(
            easy, CURLOPT_OPENSOCKETFUNCTION,
            opener: { context, _, address in
                guard let context, let address else { return -1 }
                let running = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
                return running.open(address)
            })
    }

    // MARK: - What libcurl calls

    /// Where the address, which may be longer than its type says, begins in what libcurl gives.
    private static let placeOfAddress = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0

    /// A socket for an address; -1 (`CURL_SOCKET_BAD`) where it is refused.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> CInt {
        let (kind, place) = (address.pointee, UnsafeRawPointer(address) + Self.placeOfAddress)
        guard LinkLocal.contains(UnsafeRawBufferPointer(start: place, count: Int(kind.addrlen))) else {
            return socket(kind.family, kind.socktype | Int32(SOCK_CLOEXEC.rawValue), kind.protocol)
        }
        refusal = TransferError(
            .refusedAddress, exchange.request.url.description,
            "leads to a link-local address, where a machine keeps what is for itself",
            advice: "name a server that others may ask too")
        return -1
    }

    private func provide(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let source = exchange.request.source else { return 0 }
        do {
            let count = try source.read(at: sent, into: buffer)
            sent += UInt64(count)
            bytesSinceMark += count
            if count > 0 { exchange.request.body?.progress?(sent) }
            return count
        } catch {
            failure = error
            return Int(CURL_READFUNC_ABORT)
        }
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        if answerStart == nil { answerStart = .now }
        bytesSinceMark += line.count
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            failure = TransferError(
                .malformedAnswer, exchange.request.url.description, "answers with more than 256 KiB of header",
                advice: "report it to who runs the server")
            return false
        }
        if line.starts(with: "HTTP/".utf8) {
            head = ResponseHead()
            return true
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return true }
        let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
        head.headers.append(
            String(decoding: line[..<colon], as: UTF8.self),
            String(decoding: value[value.startIndex..<end], as: UTF8.self))
        return true
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytesSinceMark += bytes.count
        do {
            try begin()
            try exchange.sink.receive(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }

    private func begin() throws {
        guard !hasBegun else { return }
        hasBegun = true
        head.status = library.get(easy, CURLINFO_RESPONSE_CODE)
        head.isMultiplexed = library.get(easy, CURLINFO_HTTP_VERSION) >= Int(CURL_HTTP_VERSION_2_0)
        try exchange.sink.begin(head)
    }

    /// How the exchange ended, once libcurl is done with it.
    func outcome(_ code: CURLcode) -> Exchange.Outcome {
        if let failure { return .failure(.sink(failure)) }
        guard code == CURLE_OK else {
            if let refusal, answerStart == nil { return .failure(.sink(refusal)) }
            let said = String(cString: errorText)
            return .failure(.curl(code.rawValue, said.isEmpty ? library.describe(code) : said))
        }
        do {
            try begin()
            return .success(head)
        } catch {
            return .failure(.sink(error))
        }
    }
}
