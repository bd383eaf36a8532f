import CCurl

/// One libcurl easy handle and the header list that it points to.
final class CurlHandle {
    private let handle: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// libcurl wants one initialisation a process before any handle; a lazy static runs once.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() throws(HTTPError) {
        guard CurlHandle.isReady, let handle = curl_easy_init() else {
            throw HTTPError(.unavailable, "libcurl could not be started")
        }
        self.handle = handle
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
    }

    /// Forgets all options, keeps the connections.
    func reset() {
        curl_easy_reset(handle)
        curl_slist_free_all(headers)
        headers = nil
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
        try check(bevis_curl_set_long(handle, option, value))
    }

    func set(_ option: CURLoption, offset value: Int64) throws(HTTPError) {
        try check(bevis_curl_set_offset(handle, option, curl_off_t(value)))
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String) throws(HTTPError) {
        try check(bevis_curl_set_text(handle, option, value))
    }

    func set(headers lines: [String]) throws(HTTPError) {
        for line in lines {
            guard let longer = curl_slist_append(headers, line) else {
                throw HTTPError(.unavailable, "no memory for a header")
            }
            headers = longer
        }
        try check(bevis_curl_set_list(handle, CURLOPT_HTTPHEADER, headers))
    }

    /// Runs the exchange on this thread until it is over; the callbacks reach `transfer` through plain pointers.
    func perform(_ transfer: Transfer) throws(HTTPError) -> CURLcode {
        let pointer = Unmanaged.passUnretained(transfer).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
            try check(bevis_curl_set_pointer(handle, option, pointer))
        }
        try check(bevis_curl_set_transfer(handle, CURLOPT_WRITEFUNCTION, receiveBody))
        try check(bevis_curl_set_transfer(handle, CURLOPT_HEADERFUNCTION, receiveHeader))
        try check(bevis_curl_set_transfer(handle, CURLOPT_READFUNCTION, sendBody))
        try check(bevis_curl_set_seek(handle, rewindBody))
        return withExtendedLifetime(transfer) { curl_easy_perform(handle) }
    }

    private func check(_ code: CURLcode) throws(HTTPError) {
        guard code == CURLE_OK else { throw HTTPError(.unavailable, "libcurl does not take an option") }
    }
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    // Any other count than the one given stops the exchange; for an empty call that is 1.
    return Transfer.from(context)?.takeBody(buffer) == true ? buffer.count : (buffer.isEmpty ? 1 : 0)
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return Transfer.from(context)?.takeHeader(buffer) == true ? buffer.count : (buffer.isEmpty ? 1 : 0)
}

private func sendBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return Transfer.from(context)?.fill(buffer) ?? Int(CURL_READFUNC_ABORT)
}

private func rewindBody(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    let isFine = origin == 0 && Transfer.from(context)?.rewind(to: offset) == true
    return isFine ? Int32(CURL_SEEKFUNC_OK) : Int32(CURL_SEEKFUNC_FAIL)
}
