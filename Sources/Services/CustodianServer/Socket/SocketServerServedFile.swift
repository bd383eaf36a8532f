import Glibc
import HTTPTypes
public import Hummingbird
import NIOCore
import NIOPosix

/// A region of an open file that responses are made of; it may be served any number of times, from any thread.
public final class ServedFile: Sendable {
    /// Reads at an offset into a buffer; the number of bytes, fewer only at the end.
    public typealias Source = @Sendable (UInt64, UnsafeMutableRawBufferPointer) throws -> Int

    private let source: Source
    private let byteCount: UInt64

    /// One read, and one write to the socket. Larger ones were hardly faster, and pieces can pile up before a slow peer.
    private static let pieceByteCount = 128 * 1024

    /// Takes over an open file; it is closed when the last response made of it is done.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading, seekable; read with `pread`, so its position does not matter.
    ///   - start: where the region begins, in bytes.
    ///   - byteCount: the region's length in bytes. The file must not shrink below its end while it is served: a
    ///     response that cannot be finished is cut off, which its reader sees.
    public convenience init(takingOver descriptor: Int32, from start: UInt64 = 0, byteCount: UInt64) {
        let file = OwnedDescriptor(descriptor)
        self.init(byteCount: byteCount) { try file.read(at: start + $0, into: $1) }
    }

    /// Serves what `source` reads; see `init(takingOver:from:byteCount:)` for its length.
    public init(byteCount: UInt64, source: @escaping Source) {
        self.byteCount = byteCount
        self.source = source
    }

    /// The response to a `GET` or `HEAD`: 200, 206 or 416 (RFC 9110 section 14), with `Accept-Ranges: bytes`.
    ///
    /// - Parameters:
    ///   - contentType: the media type.
    ///   - entityTag: a strong entity tag, quotes included, for `If-Range`: where the request's tag is another one, it
    ///     gets the whole. Without a tag here, no `If-Range` matches.
    public func response(
        to request: Request, contentType: String = "application/octet-stream", entityTag: String? = nil
    ) -> Response {
        var headers: HTTPFields = [.acceptRanges: "bytes", .contentType: contentType]
        if let entityTag { headers[.eTag] = entityTag }
        switch verdict(on: request, entityTag: entityTag) {
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(byteCount)"
            headers[.contentType] = nil
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .whole:
            return response(.ok, headers, 0..<byteCount, isHead: request.method == .head)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(byteCount)"
            return response(.partialContent, headers, range, isHead: false)
        }
    }

    private func verdict(on request: Request, entityTag: String?) -> RangeVerdict {
        guard request.method == .get else { return .whole }
        if let condition = request.headers[.ifRange] {
            // Weak tags and dates never match: only equal bytes may be joined to what the client has.
            guard let entityTag, condition == entityTag, !condition.hasPrefix("W/") else { return .whole }
        }
        return RangeVerdict(header: request.headers[.range], size: byteCount)
    }

    private func response(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, _ range: Range<UInt64>, isHead: Bool
    ) -> Response {
        var headers = headers
        headers[.contentLength] = String(range.count)
        guard !isHead, !range.isEmpty else { return Response(status: status, headers: headers) }
        let body = ResponseBody(contentLength: range.count) { writer in
            var position = range.lowerBound
            while position < range.upperBound {
                let piece = try await self.read(at: position, upTo: range.upperBound)
                position += UInt64(piece.readableBytes)
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// Reads on a thread of NIO's pool, for a disk blocks.
    private func read(at position: UInt64, upTo end: UInt64) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive {
            let wanted = Int(min(end - position, UInt64(ServedFile.pieceByteCount)))
            var buffer = ByteBufferAllocator().buffer(capacity: wanted)
            let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
                try self.source(position, UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted]))
            }
            guard count > 0 else { throw SocketServerError(.fileUnreadable, "a file ended before its stated length") }
            return buffer
        }
    }
}

/// Closes a file descriptor when the last response made of it is done.
private final class OwnedDescriptor: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func read(at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw SocketServerError(.fileUnreadable, "a file could not be read, system error \(errno)")
            }
        }
    }
}
