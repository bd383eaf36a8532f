import Sodium

extension AgeFile {
    /// Opens a whole file, not armored, into an array: for text that is parsed at once and not kept. Where it is secret
    /// the caller wipes it. A guarded allocation of a text's length takes longer than all else in opening it.
    /// - Throws: as the parsing of a header, `AgeHeader.open(with:)`, `PayloadLayout.init(payloadSize:)` and
    ///   `PayloadKey.openChunk`; what was opened before is then wiped.
    public static func openText(_ bytes: [UInt8], with identities: [AgeIdentity]) throws(AgeError) -> [UInt8] {
        let header = try AgeHeader(parsingPrefixOf: bytes)
        let start = header.bytes.count
        let layout = try PayloadLayout(payloadSize: UInt64(bytes.count - start))
        let nonce = try PayloadNonce([UInt8](bytes[start..<start + PayloadNonce.size]))
        let key = PayloadKey(fileKey: try header.open(with: identities), nonce: nonce)
        var text = [UInt8](repeating: 0, count: Int(layout.plaintextSize))
        do throws(AgeError) {
            for index in 0..<layout.chunkCount {
                let range = layout.payloadRange(ofChunk: index)
                let target = Int(index) * PayloadLayout.chunkSize
                try open(
                    bytes, start + Int(range.lowerBound)..<start + Int(range.upperBound), into: &text,
                    target..<target + layout.plaintextSize(ofChunk: index)
                ) { sealed, plaintext throws(AgeError) in
                    try key.openChunk(sealed, index: index, isLast: layout.isLast(index), into: plaintext)
                }
            }
        } catch {
            Wipe.array(&text)
            throw error
        }
        return text
    }

    private static func open(
        _ sealed: [UInt8], _ source: Range<Int>, into text: inout [UInt8], _ target: Range<Int>,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(AgeError) -> Void
    ) throws(AgeError) {
        try sealed.withUnsafeBufferPointer { sealed throws(AgeError) in
            try text.withUnsafeMutableBufferPointer { text throws(AgeError) in
                try body(
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(sealed)[source]),
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(text)[target]))
            }
        }
    }
}
