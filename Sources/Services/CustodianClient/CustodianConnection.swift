public import CustodianProtocol
import Foundation
public import HTTPTransport

/// One connection to a custodian: messages out, messages in, nothing verified yet. Calls block; one thread at a time.
public final class CustodianConnection {
    private let http: HTTPConnection
    /// Whether anything was answered here. Then an address where nobody answers any more does not say that nothing was
    /// done: libcurl sends a request again by itself where a kept connection ends without an answer.
    private var hasAnswered = false
    private static let bodyLimit = 256 << 20
    /// The longest answer that says no more than what became of something, in bytes.
    private static let shortAnswer = 65_536

    /// Prepares a connection; nothing is sent before the first call.
    public init(_ endpoint: HTTPEndpoint) throws(ClientError) {
        do throws(HTTPError) { http = try HTTPConnection(endpoint) } catch {
            throw ClientError(.unreachable, error.reason)
        }
    }

    /// Fetches a small body.
    public func get(_ path: String, headers: [(String, String)] = []) throws(ClientError) -> [UInt8] {
        try send(HTTPRequest("GET", path, headers: headers))
    }

    /// Sends a message and reads the answer.
    public func post<Answer: Decodable>(
        _ path: String, _ message: some Encodable, as type: Answer.Type = Answer.self
    ) throws(ClientError) -> Answer {
        try decode(try post(bytes: path, message))
    }

    /// Sends a message and returns the answer's bytes.
    public func post(bytes path: String, _ message: some Encodable) throws(ClientError) -> [UInt8] {
        guard let body = try? Wire.encode(message) else { throw ClientError(.malformed, "a message cannot be written") }
        return try send(
            HTTPRequest("POST", path, headers: [("Content-Type", "application/json")], body: .bytes(body)))
    }

    /// Sends a signed note and reads the answer.
    public func post<Answer: Decodable>(
        _ path: String, note: [UInt8], as type: Answer.Type = Answer.self
    ) throws(ClientError) -> Answer {
        try post(path, Wire.Note(note: String(decoding: note, as: UTF8.self)))
    }

    /// Reads a message.
    public func decode<Answer: Decodable>(_ bytes: [UInt8]) throws(ClientError) -> Answer {
        guard let answer = try? Wire.decode(bytes, as: Answer.self) else {
            throw ClientError(.malformed, "the custodian's answer cannot be read; it may be of another version")
        }
        return answer
    }

    /// Uploads a body as it is pulled.
    public func upload(
        _ path: String, length: UInt64?, pull: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> Wire.Uploaded {
        let request = HTTPRequest(
            "POST", path, headers: [("Content-Type", "application/octet-stream")],
            body: .stream(length: length, read: pull))
        var body: [UInt8] = []
        let head: HTTPResponse
        do {
            head = try http.send(
                request, onHead: { _ in },
                sink: { bytes in
                    guard bytes.count <= CustodianConnection.shortAnswer - body.count else {
                        throw ClientError(.malformed, "the custodian's answer to an upload has no end")
                    }
                    body.append(contentsOf: bytes)
                })
        } catch let error as HTTPError {
            // The file failed, not the connection.
            if let cause = error.cause { throw cause }
            throw failure(error, "the upload broke off: ")
        }
        try CustodianConnection.check(head.status, body)
        return try decode(body)
    }

    /// Downloads a body, or a range of it, piece by piece.
    public func download(
        _ path: String, headers: [(String, String)], range: Range<UInt64>?,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var headers = headers
        if let range { headers.append(("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")) }
        var problem: [UInt8] = []
        var status = 0
        do {
            _ = try http.send(
                HTTPRequest("GET", path, headers: headers),
                onHead: { status = $0.status },
                sink: { bytes in
                    if status < 300 {
                        try sink(bytes)
                    } else if problem.count < CustodianConnection.shortAnswer {
                        problem.append(contentsOf: bytes)
                    }
                })
        } catch let error as HTTPError {
            throw failure(error, "the download broke off: ")
        }
        try CustodianConnection.check(status, problem)
        guard range == nil || status == 206 else {
            throw ClientError(.malformed, "the custodian did not send the part that was asked for")
        }
    }

    private func send(_ request: HTTPRequest) throws(ClientError) -> [UInt8] {
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try http.send(request, maximumBodySize: CustodianConnection.bodyLimit)
        } catch {
            throw failure(error)
        }
        hasAnswered = true
        try CustodianConnection.check(response.status, response.body)
        return response.body
    }

    private func failure(_ error: HTTPError, _ what: String = "") -> ClientError {
        let isBefore = [.unreachable, .invalidEndpoint, .untrusted].contains(error.code)
        return ClientError(isBefore && !hasAnswered ? .unreachable : .cutOff, what + error.reason)
    }

    private static func check(_ status: Int, _ body: [UInt8]) throws(ClientError) {
        guard status >= 300 else { return }
        let reason = (try? Wire.decode(body, as: Wire.Problem.self))?.reason
        let sentence = reason ?? "the custodian answered with status \(status)"
        switch status {
        case 404: throw ClientError(.unknown, sentence)
        case 429: throw ClientError(.tooMany, sentence)
        case 500...: throw ClientError(.unavailable, sentence)
        default: throw ClientError(.refused, sentence)
        }
    }
}
