internal import CCurl
internal import Glibc

/// libcurl's functions, loaded when the first request needs them (docs/decisions, "libcurl is loaded when it is
/// needed").
///
/// The table holds addresses of code and never changes after loading, so every thread may read it.
struct CurlLibrary: @unchecked Sendable {
    private let table: CurlFunctions
    private static let names = ["libcurl.so.4", "libcurl-gnutls.so.4"]

    /// The library of this process, or why there is none. Loaded once; it stays.
    static let loaded: Result<CurlLibrary, TransferError> = Result { () throws(TransferError) in try CurlLibrary() }

    private init() throws(TransferError) {
        var reasons: [String] = []
        for name in Self.names {
            switch Self.load(name) {
            case .success(let table):
                self.table = table
                return
            case .failure(let reason):
                reasons.append(reason.text)
            }
        }
        throw TransferError(
            .missingLibrary, "libcurl", "cannot be loaded (\(reasons.joined(separator: "; ")))",
            advice: "install libcurl 7.85 or later: 'apt-get install libcurl4'")
    }

    private struct Reason: Error {
        let text: String
    }

    private static func load(_ name: String) -> Result<CurlFunctions, Reason> {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            return .failure(Reason(text: dlerror().map { String(cString: $0) } ?? name))
        }
        var table = CurlFunctions()
        if let missing = chidori_curl_find(&table, library) {
            return .failure(Reason(text: "\(name) lacks \(String(cString: missing))"))
        }
        guard table.global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK else {
            return .failure(Reason(text: "\(name) cannot be initialised"))
        }
        return .success(table)
    }

    // MARK: - Easy handles

    func makeEasy() -> UnsafeMutableRawPointer? { table.easy_init() }
    func discard(easy: UnsafeMutableRawPointer) { table.easy_cleanup(easy) }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_long($0, easy, option, value) }
    }

    /// libcurl copies the text.
    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_text($0, easy, option, value) }
    }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_pointer($0, easy, option, pointer) }
    }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, offset: UInt64) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_offset($0, easy, option, curl_off_t(clamping: offset)) }
    }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, seeker: @escaping ChidoriCurlSeeker) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_seeker($0, easy, option, seeker) }
    }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, receiver: @escaping ChidoriCurlReceiver) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_receiver($0, easy, option, receiver) }
    }

    func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, opener: @escaping ChidoriCurlOpener) {
        _ = withUnsafePointer(to: table) { chidori_curl_set_opener($0, easy, option, opener) }
    }

    func get(_ easy: UnsafeMutableRawPointer, _ what: CURLINFO) -> Int {
        var value = 0
        _ = withUnsafePointer(to: table) { chidori_curl_get_long($0, easy, what, &value) }
        return value
    }

    func describe(_ code: CURLcode) -> String {
        table.easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
    }

    func append(_ line: String, to list: UnsafeMutablePointer<curl_slist>?) -> UnsafeMutablePointer<curl_slist>? {
        table.slist_append(list, line)
    }

    func free(_ list: UnsafeMutablePointer<curl_slist>?) { table.slist_free_all(list) }

    // MARK: - Multi handles

    func makeMulti() -> UnsafeMutableRawPointer? { table.multi_init() }
    func discard(multi: UnsafeMutableRawPointer) { _ = table.multi_cleanup(multi) }

    func set(multi: UnsafeMutableRawPointer, _ option: CURLMoption, _ value: Int) {
        _ = withUnsafePointer(to: table) { chidori_curl_multi_set_long($0, multi, option, value) }
    }

    func add(_ easy: UnsafeMutableRawPointer, to multi: UnsafeMutableRawPointer) -> Bool {
        table.multi_add_handle(multi, easy) == CURLM_OK
    }

    func remove(_ easy: UnsafeMutableRawPointer, from multi: UnsafeMutableRawPointer) {
        _ = table.multi_remove_handle(multi, easy)
    }

    func perform(_ multi: UnsafeMutableRawPointer) {
        var running: CInt = 0
        _ = table.multi_perform(multi, &running)
    }

    /// Sleeps until something happens on a connection, somebody calls ``wake(_:)``, or the time is over.
    func poll(_ multi: UnsafeMutableRawPointer, milliseconds: Int) {
        _ = table.multi_poll(multi, nil, 0, CInt(clamping: milliseconds), nil)
    }

    /// The only function that other threads call.
    func wake(_ multi: UnsafeMutableRawPointer) { _ = table.multi_wakeup(multi) }

    /// The next handle that is done, with its result.
    func nextFinished(_ multi: UnsafeMutableRawPointer) -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: CInt = 0
        while let message = table.multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            return (easy, chidori_curl_result(message))
        }
        return nil
    }
}
