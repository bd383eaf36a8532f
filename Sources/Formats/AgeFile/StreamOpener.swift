import Sodium

/// Opens a stream of sealed chunks and releases exactly those that verified, holding back one chunk at most.
///
/// It has one owner and cannot be copied; its buffers are wiped when it goes. After an error it takes nothing more.
public struct StreamOpener: ~Copyable, @unchecked Sendable {
    // Guard: the buffers belong to this value alone, which cannot be copied.
    private let key: PayloadKey
    private let sealed: UnsafeMutableRawBufferPointer
    private let plaintext: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var index: UInt64 = 0
    private var isOver = false

    /// Starts behind the nonce, which the caller has read.
    public init(fileKey: FileKey, nonce: PayloadNonce) {
        key = PayloadKey(fileKey: fileKey, nonce: nonce)
        sealed = .allocate(byteCount: PayloadLayout.sealedChunkSize, alignment: 16)
        plaintext = .allocate(byteCount: PayloadLayout.chunkSize, alignment: 16)
    }

    deinit {
        Wipe.memory(plaintext)
        plaintext.deallocate()
        sealed.deallocate()
    }

    /// Takes in more sealed bytes; `emit` is called with the plaintext of each chunk that verified and must not keep
    /// what it is lent.
    /// - Throws: `AgeError.payloadNotAuthentic`; `.malformedPayload` when bytes follow the last chunk, which is
    ///   itself released, for it verified, or after an earlier error.
    public mutating func update(
        _ bytes: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) -> Void
    ) throws(AgeError) {
        guard !isOver else { throw StreamOpener.over }
        var rest = bytes
        while !rest.isEmpty {
            // A full chunk waits for one byte more: it may be the last.
            if filled == PayloadLayout.sealedChunkSize { try openInner(emit: emit) }
            let count = min(rest.count, PayloadLayout.sealedChunkSize - filled)
            UnsafeMutableRawBufferPointer(rebasing: sealed[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Takes in more sealed bytes; see the other form.
    public mutating func update(_ bytes: [UInt8], emit: (UnsafeRawBufferPointer) -> Void) throws(AgeError) {
        try bytes.lend { bytes throws(AgeError) in try update(bytes, emit: emit) }
    }

    /// Opens and releases the last chunk; without it the stream was cut off.
    /// - Throws: `AgeError.truncated` when the bytes end before a last chunk, with a full chunk that verified but was
    ///   not the last released; `.payloadNotAuthentic`; `.malformedPayload` for an empty last chunk of a file that
    ///   is not empty, or after an earlier error.
    public mutating func finish(emit: (UnsafeRawBufferPointer) -> Void) throws(AgeError) {
        guard !isOver else { throw StreamOpener.over }
        isOver = true
        guard filled >= ChaCha20Poly1305.tagSize else {
            throw AgeError(.truncated, "the payload ends before its last chunk")
        }
        do throws(AgeError) {
            try open(isLast: true, emit: emit)
        } catch {
            guard filled == PayloadLayout.sealedChunkSize else { throw error }
            try open(isLast: false, emit: emit)
            throw AgeError(.truncated, "the payload ends before its last chunk")
        }
    }

    private mutating func openInner(emit: (UnsafeRawBufferPointer) -> Void) throws(AgeError) {
        do throws(AgeError) {
            try open(isLast: false, emit: emit)
        } catch {
            isOver = true
            try open(isLast: true, emit: emit)
            throw AgeError(.malformedPayload, "bytes follow the last chunk")
        }
        filled = 0
        index += 1
    }

    private func open(isLast: Bool, emit: (UnsafeRawBufferPointer) -> Void) throws(AgeError) {
        let target = UnsafeMutableRawBufferPointer(
            rebasing: plaintext[..<max(0, filled - ChaCha20Poly1305.tagSize)])
        defer { Wipe.memory(plaintext) }
        try key.openChunk(
            UnsafeRawBufferPointer(rebasing: sealed[..<filled]), index: index, isLast: isLast, into: target)
        emit(UnsafeRawBufferPointer(target))
    }

    private static let over = AgeError(.malformedPayload, "the stream is over")
}
