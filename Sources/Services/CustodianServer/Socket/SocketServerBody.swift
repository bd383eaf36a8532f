public import Hummingbird
public import NIOCore

extension Request {
    /// Hands a request's body to `consume` piece by piece, in bounded memory: the next piece is not read from the
    /// socket before the last one has been consumed.
    ///
    /// - Parameters:
    ///   - maximumByteCount: the most bytes to take. A stated length above it is refused before anything is read.
    ///   - consume: called in order with each piece; what it throws is thrown on.
    /// - Returns: the body's length in bytes.
    /// - Throws: `HTTPError` with status 413 for a larger body; `SocketServerError` with `.bodyCutShort`
    ///   where the connection ends before the body does, which the routes' guard answers with 400.
    @discardableResult
    public func consumeBody(
        upTo maximumByteCount: UInt64, _ consume: (ByteBuffer) async throws -> Void
    ) async throws -> UInt64 {
        let stated = headers[.contentLength].flatMap(UInt64.init)
        guard stated ?? 0 <= maximumByteCount else { throw HTTPError(.contentTooLarge) }
        var count: UInt64 = 0
        var pieces = body.makeAsyncIterator()
        while let piece = try await Request.next(of: &pieces) {
            count += UInt64(piece.readableBytes)
            guard count <= maximumByteCount else { throw HTTPError(.contentTooLarge) }
            try await consume(piece)
        }
        guard stated == nil || stated == count else {
            throw SocketServerError(.bodyCutShort, "the request's body ended before its stated length")
        }
        return count
    }

    /// The next piece; whatever the transport calls a broken connection becomes our own error.
    private static func next(of pieces: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw SocketServerError(.bodyCutShort, "the request's body broke off")
        }
    }

    /// Collects a small body; one that has not come whole within two minutes is given up, so that nobody holds a place
    /// by sending it a little at a time.
    ///
    /// - Throws: as `consumeBody(upTo:_:)`; `HTTPError` with status 408 for one that took too long.
    public func smallBody(upTo maximumByteCount: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let end = ContinuousClock.now + .seconds(120)
        try await consumeBody(upTo: UInt64(maximumByteCount)) {
            guard ContinuousClock.now < end else { throw HTTPError(.requestTimeout) }
            bytes.append(contentsOf: $0.readableBytesView)
        }
        return bytes
    }
}
