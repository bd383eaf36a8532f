/// Builds a response's head out of the header lines that libcurl hands over one at a time.
///
/// libcurl caps single lines only, so the whole head is capped here.
struct HeadReader {
    /// The most bytes and lines a head may have.
    static let maximumByteCount = 64 * 1024
    static let maximumLineCount = 256

    private var status = 0
    private var headers = HTTPHeaders()
    private var byteCount = 0
    private var lineCount = 0
    private var isComplete = false

    /// Takes one line with its line end. Returns the head when this line ended it; later lines are trailers, ignored.
    mutating func take(_ line: UnsafeRawBufferPointer) throws(HTTPError) -> HTTPResponse? {
        byteCount += line.count
        lineCount += 1
        guard byteCount <= HeadReader.maximumByteCount, lineCount <= HeadReader.maximumLineCount else {
            throw HTTPError(.tooLarge, "the response's head is too large")
        }
        guard !isComplete else { return nil }
        let text = HeadReader.trimmed(line[...])
        if text.isEmpty { return finishBlock() }
        if text.starts(with: "HTTP/".utf8) {
            status = try HeadReader.status(in: text)
            headers = HTTPHeaders()
            return nil
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
            throw HTTPError(.malformed, "a response header has no name")
        }
        headers.append(
            name: String(decoding: text[..<colon], as: UTF8.self),
            value: String(decoding: HeadReader.trimmed(text[(colon + 1)...]), as: UTF8.self))
        return nil
    }

    private mutating func finishBlock() -> HTTPResponse? {
        guard status >= 200 else { return nil }
        isComplete = true
        return HTTPResponse(status: status, headers: headers)
    }

    /// `HTTP/1.1 200 reason`: three digits after the first space.
    private static func status(in line: Slice<UnsafeRawBufferPointer>) throws(HTTPError) -> Int {
        let digits = line.drop { $0 != 0x20 }.dropFirst().prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw HTTPError(.malformed, "the response has no status")
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let blank: [UInt8] = [0x20, 0x09, 0x0D, 0x0A]
        var rest = bytes.drop { blank.contains($0) }
        while let last = rest.last, blank.contains(last) { rest = rest.dropLast() }
        return rest
    }
}
