public import Sodium

/// A whole age file in memory: a description, an envelope, a key at rest.
public struct SealedAgeFile: Sendable {
    /// The header.
    public let header: AgeHeader
    /// Nonce and sealed chunks.
    public let payload: [UInt8]
    /// Where the chunks lie, from the payload's length.
    public let layout: PayloadLayout
    let nonce: PayloadNonce

    /// The file's bytes: header, then payload.
    public var bytes: [UInt8] { header.bytes + payload }

    /// The id of the payload, hashed anew at each call: most small files are named by something else.
    public var id: AgeFileID {
        var tree = PayloadTree<SHA256>(nonce: nonce)
        payload.lend { payload in
            for index in 0..<layout.chunkCount {
                tree.append(PayloadTree<SHA256>.leaf(of: payload.chunk(index, of: layout)))
            }
        }
        return tree.id
    }

    /// Puts a header before a payload, for instance a new header for new readers.
    /// - Throws: `AgeError.malformedHeader`, `.truncated` or `.malformedPayload` when no payload has this length.
    public init(header: AgeHeader, payload: [UInt8]) throws(AgeError) {
        layout = try PayloadLayout(payloadSize: UInt64(payload.count))
        nonce = try PayloadNonce([UInt8](payload[..<PayloadNonce.size]))
        self.header = header
        self.payload = payload
    }

    /// Reads a file that is not armored. Nothing is opened.
    /// - Throws: as the parsing of a header, and as `init(header:payload:)`.
    public init(parsing bytes: [UInt8]) throws(AgeError) {
        let header: AgeHeader
        do throws(AgeError) {
            header = try AgeHeader(parsingPrefixOf: bytes)
        } catch {
            throw error.code == .truncated ? AgeError(.malformedHeader, error.reason) : error
        }
        try self.init(header: header, payload: [UInt8](bytes[header.bytes.count...]))
    }

    /// Opens the payload under a file key that the header has been checked with, or that comes from elsewhere and is
    /// checked here.
    /// - Throws: `AgeError.headerNotAuthentic`, `.payloadNotAuthentic`, or `.truncated` when the last chunk is
    ///   missing.
    public func open(_ fileKey: FileKey) throws(AgeError) -> SecretBytes {
        try header.verify(fileKey)
        let key = PayloadKey(fileKey: fileKey, nonce: nonce)
        return try SecretBytes(count: Int(layout.plaintextSize)) { plaintext throws(AgeError) in
            try payload.lend { payload throws(AgeError) in
                for index in 0..<layout.chunkCount {
                    let start = Int(index) * PayloadLayout.chunkSize
                    let size = layout.plaintextSize(ofChunk: index)
                    try key.openChunk(
                        payload.chunk(index, of: layout), index: index, isLast: layout.isLast(index),
                        into: UnsafeMutableRawBufferPointer(rebasing: plaintext[start..<(start + size)]))
                }
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Sealed chunk `index` of a payload that lies in this buffer.
    fileprivate func chunk(_ index: UInt64, of layout: PayloadLayout) -> UnsafeRawBufferPointer {
        let range = layout.payloadRange(ofChunk: index)
        return UnsafeRawBufferPointer(rebasing: self[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}
