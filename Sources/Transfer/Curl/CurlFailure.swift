internal import CCurl

/// What libcurl's error codes mean for a person, and whether trying again makes sense.
struct CurlFailure {
    let error: TransferError
    let isPassing: Bool
    /// Names that do not resolve are tried again once only: a machine without a network should say so at once.
    let isAboutNames: Bool

    /// - Parameter said: libcurl's own words. They hold no secret: it is never given a URL with one.
    init(_ code: UInt32, _ said: String, _ url: ResourceURL) {
        let words = printable(said.prefix(300))
        func error(_ code: TransferError.Code, _ message: String, _ advice: String) -> TransferError {
            TransferError(code, url.description, message, advice: advice)
        }
        let isAboutNames = [CURLE_COULDNT_RESOLVE_HOST.rawValue, CURLE_COULDNT_RESOLVE_PROXY.rawValue].contains(code)
        self.isAboutNames = isAboutNames
        switch CURLcode(rawValue: code) {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            isPassing = true
            self.error = error(
                .unresolvedHost, "cannot be reached: \(words)",
                "check the name and this machine's network, or work with --offline from what is stored")
        case CURLE_COULDNT_CONNECT:
            isPassing = true
            self.error = error(
                .unreachable, "cannot be reached: \(words)",
                "check host, port and proxy (HTTPS_PROXY, NO_PROXY), or work with --offline from what is stored")
        case CURLE_OPERATION_TIMEDOUT:
            isPassing = true
            self.error = error(
                .timedOut, "cannot be reached: \(words)", "check this machine's network and proxy, and try again")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            isPassing = false
            self.error = error(
                .tls, "has a certificate that does not prove who it is: \(words)",
                "if your company signs its own certificates, name its CA file in SSL_CERT_FILE; check the clock too")
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CRL_BADFILE:
            isPassing = false
            self.error = error(
                .tls, "cannot be asked securely: \(words)",
                "check the file that SSL_CERT_FILE or CURL_CA_BUNDLE names, or install ca-certificates")
        case CURLE_SSL_CONNECT_ERROR:
            isPassing = true
            self.error = error(
                .tls, "cannot be asked securely: \(words)",
                "check that the server speaks TLS at that port, and that no proxy breaks it")
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            isPassing = true
            self.error = error(.interrupted, "broke off its answer: \(words)", "try again")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            isPassing = false
            self.error = error(
                .malformedAnswer, "answers with something that is no HTTP: \(words)",
                "check that a web server listens there")
        default:
            isPassing = false
            self.error = error(.malformedAnswer, "cannot be fetched: \(words)", "try again with --verbose")
        }
    }
}
