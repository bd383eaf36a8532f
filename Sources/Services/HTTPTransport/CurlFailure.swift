import CCurl

extension HTTPError {
    /// The error for libcurl's code; nil for success.
    init?(_ code: CURLcode) {
        switch code {
        case CURLE_OK:
            return nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(.unreachable, "the server's name does not resolve")
        case CURLE_COULDNT_CONNECT:
            self.init(.unreachable, "nobody answers at this address")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(.timedOut, "no connection, or nothing moved, within the time allowed")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            self.init(.interrupted, "the connection broke before the response was complete")
        case CURLE_URL_MALFORMAT:
            self.init(.invalidEndpoint, "the address is not a URL")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            self.init(.malformed, "the answer is not HTTP")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            self.init(.unavailable, "libcurl has no memory left")
        default:
            self.init(unusual: code)
        }
    }

    private init(unusual code: CURLcode) {
        let trust = [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS,
        ]
        guard trust.contains(code) else {
            self.init(.interrupted, "the exchange failed (libcurl \(code.rawValue))")
            return
        }
        self.init(.untrusted, "the server's TLS certificate or name is not to be trusted")
    }
}
