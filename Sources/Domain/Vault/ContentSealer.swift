public import AgeFile

/// Seals an original in one pass on all cores, in memory that does not grow with it.
public enum ContentSealer {
    /// Reads `source` to its end and hands the payload to `sink` in order: the 16-byte nonce, then sealed chunks.
    ///
    /// `fileKey` and `nonce` must be fresh. `sink` and `progress`, which gets the bytes of the original dealt with so
    /// far, are called by the caller's own thread; `sink` must not keep what it is lent.
    /// - Throws: `VaultError.unreadable`, `.changedWhileReading` or `.unavailable`, or what `sink` throws. What the
    ///   sink has got is then worthless.
    public static func seal(
        from source: IngestSource, fileKey: FileKey, nonce: PayloadNonce = .random(),
        threads: Int = PayloadStream.defaultThreadCount, progress: ((UInt64) -> Void)? = nil,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> SealedContent {
        let stream = try PayloadStream(from: source, fileKey: fileKey, nonce: nonce, threads: threads)
        while try stream.next(sink) { progress?(stream.originalCount) }
        return try stream.finish()
    }
}
