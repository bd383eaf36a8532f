import Sodium

/// The 16 random bytes at the beginning of a payload, not secret; with the file key they make the payload key.
public struct PayloadNonce: Sendable, Equatable {
    /// Length in bytes.
    public static let size = 16

    /// Sixteen bytes.
    public let bytes: [UInt8]

    /// Copies exactly 16 bytes.
    /// - Throws: `AgeError.malformedHeader` for any other length: the format counts a missing nonce as such.
    public init(_ bytes: [UInt8]) throws(AgeError) {
        guard bytes.count == PayloadNonce.size else {
            throw AgeError(.malformedHeader, "a payload's nonce has 16 bytes")
        }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// A fresh random nonce.
    public static func random() -> PayloadNonce { PayloadNonce(unchecked: Random.bytes(size)) }
}

/// Seals and opens single chunks of a payload (age.md, "Payload": STREAM with ChaCha20-Poly1305).
///
/// Any number of threads may use one value, and chunks come in any order: callers spread them over all cores.
public struct PayloadKey: Sendable {
    /// The nonce that the key was derived with.
    public let nonce: PayloadNonce
    private let key: AEADKey

    /// The key of one payload: HKDF(file key, salt nonce, info `payload`).
    public init(fileKey: FileKey, nonce: PayloadNonce) {
        self.nonce = nonce
        key = AEADKey(deriving: fileKey.secret, salt: nonce.bytes, info: [UInt8]("payload".utf8))
    }

    /// Seals chunk `index`, from 0, into exactly 16 bytes more than `plaintext`.
    ///
    /// A chunk that is not the last has 65,536 bytes; the last has 1 to 65,536, and none only when it is the sole one.
    /// Each index is sealed once for each payload key: a second, different plaintext would break the cipher.
    public func sealChunk(
        _ plaintext: UnsafeRawBufferPointer, index: UInt64, isLast: Bool,
        into sealed: UnsafeMutableRawBufferPointer
    ) {
        precondition(
            PayloadKey.isPossible(size: plaintext.count, index: index, isLast: isLast),
            "a chunk of this size cannot stand here")
        precondition(sealed.count == plaintext.count + ChaCha20Poly1305.tagSize, "a sealed chunk is 16 bytes longer")
        ChaCha20Poly1305.seal(
            plaintext, into: sealed, key: key, nonce: AEADNonce.stream(counter: index, isLast: isLast))
    }

    /// Opens chunk `index` into exactly 16 bytes less than `sealed`; after a failure the output holds nothing usable.
    /// - Throws: `AgeError.malformedPayload` when a chunk of this size cannot stand here, `.payloadNotAuthentic`.
    public func openChunk(
        _ sealed: UnsafeRawBufferPointer, index: UInt64, isLast: Bool,
        into plaintext: UnsafeMutableRawBufferPointer
    ) throws(AgeError) {
        let size = sealed.count - ChaCha20Poly1305.tagSize
        guard PayloadKey.isPossible(size: size, index: index, isLast: isLast) else {
            throw AgeError(.malformedPayload, "a chunk of this size cannot stand here")
        }
        precondition(plaintext.count == size, "an opened chunk is 16 bytes shorter")
        try translating(.payloadNotAuthentic, "a sealed chunk does not match its tag") { () throws(SodiumError) in
            try ChaCha20Poly1305.open(
                sealed, into: plaintext, key: key, nonce: AEADNonce.stream(counter: index, isLast: isLast))
        }
    }

    private static func isPossible(size: Int, index: UInt64, isLast: Bool) -> Bool {
        guard isLast else { return size == PayloadLayout.chunkSize }
        return size > 0 ? size <= PayloadLayout.chunkSize : size == 0 && index == 0
    }
}
