import Sodium

/// Seals a stream of bytes of any length, chunk by chunk.
///
/// It has one owner and cannot be copied; its buffers are wiped when it goes.
public struct StreamSealer: ~Copyable, @unchecked Sendable {
    // Guard: the buffers belong to this value alone, which cannot be copied.
    private let key: PayloadKey
    private let plaintext: UnsafeMutableRawBufferPointer
    private let sealed: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var index: UInt64 = 0
    private var isFinished = false

    /// Starts a payload. The nonce is written by the caller, between header and chunks.
    public init(fileKey: FileKey, nonce: PayloadNonce) {
        key = PayloadKey(fileKey: fileKey, nonce: nonce)
        plaintext = .allocate(byteCount: PayloadLayout.chunkSize, alignment: 16)
        sealed = .allocate(byteCount: PayloadLayout.sealedChunkSize, alignment: 16)
    }

    deinit {
        Wipe.memory(plaintext)
        plaintext.deallocate()
        sealed.deallocate()
    }

    /// Takes in more plaintext; `emit` is called once for each sealed chunk that is complete, 65,552 bytes, and must
    /// not keep what it is lent.
    public mutating func update(_ bytes: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) -> Void) {
        precondition(!isFinished, "a finished payload takes no more")
        var rest = bytes
        while !rest.isEmpty {
            // A full chunk waits for one byte more: it may be the last.
            if filled == PayloadLayout.chunkSize { sealFilled(isLast: false, emit: emit) }
            let count = min(rest.count, PayloadLayout.chunkSize - filled)
            UnsafeMutableRawBufferPointer(rebasing: plaintext[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Takes in more plaintext; see the other form.
    public mutating func update(_ bytes: [UInt8], emit: (UnsafeRawBufferPointer) -> Void) {
        bytes.lend { update($0, emit: emit) }
    }

    /// Seals and emits the last chunk, 16 to 65,552 bytes; call once.
    public mutating func finish(emit: (UnsafeRawBufferPointer) -> Void) {
        precondition(!isFinished, "a payload has one last chunk")
        sealFilled(isLast: true, emit: emit)
        isFinished = true
    }

    private mutating func sealFilled(isLast: Bool, emit: (UnsafeRawBufferPointer) -> Void) {
        let target = UnsafeMutableRawBufferPointer(rebasing: sealed[..<(filled + ChaCha20Poly1305.tagSize)])
        key.sealChunk(
            UnsafeRawBufferPointer(rebasing: plaintext[..<filled]), index: index, isLast: isLast, into: target)
        emit(UnsafeRawBufferPointer(target))
        Wipe.memory(plaintext)
        filled = 0
        index += 1
    }
}
