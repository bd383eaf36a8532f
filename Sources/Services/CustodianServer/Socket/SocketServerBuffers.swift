import NIOCore

/// Buffers of a connection over which evidence streams: large ones wake its two ends less often for each byte.
enum ConnectionBuffers {
    /// What is asked of the kernel for bytes on their way to the peer; it may give less.
    static let sendByteCount = 384 * 1024
    /// The most that one read takes in. It starts small and grows with an upload, for small requests are the many.
    private static let receiveByteCount = 256 * 1024

    static func set(on channel: any Channel) {
        // A connection without them is slower and nothing else.
        channel.setOption(.socketOption(.so_sndbuf), value: SocketOptionValue(sendByteCount))
            .whenComplete { _ in }
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: receiveByteCount)
        channel.setOption(.recvAllocator, value: allocator).whenComplete { _ in }
    }
}
