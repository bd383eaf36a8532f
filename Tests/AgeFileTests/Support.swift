import AgeFile
import Foundation
import Sodium
import Testing

/// SplitMix64: property tests draw from a seed, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes += $0 } }
        return [UInt8](bytes.prefix(count))
    }
}

func secret(_ text: String) -> SecretBytes {
    var bytes = [UInt8](text.utf8)
    return SecretBytes(wiping: &bytes)
}

extension SecretBytes {
    /// For assertions only.
    var exposed: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

/// The code of the error that `body` throws.
func code(_ body: () throws(AgeError) -> Void) -> AgeError.Code? {
    do throws(AgeError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

/// What a stream released and how it ended.
struct StreamOutcome {
    var released: [UInt8] = []
    var failure: AgeError.Code?
}

/// Opens a payload as a stream that arrives in slices of `step` bytes.
func openStream(_ payload: [UInt8], fileKey: FileKey, step: Int) throws -> StreamOutcome {
    var opener = StreamOpener(
        fileKey: fileKey, nonce: try PayloadNonce([UInt8](payload.prefix(PayloadNonce.size))))
    var outcome = StreamOutcome()
    do throws(AgeError) {
        var position = PayloadNonce.size
        while position < payload.count {
            let end = min(position + step, payload.count)
            try opener.update([UInt8](payload[position..<end])) { outcome.released += $0 }
            position = end
        }
        try opener.finish { outcome.released += $0 }
    } catch {
        outcome.failure = error.code
    }
    return outcome
}

/// Seals a payload as a stream that arrives in slices of `step` bytes; nonce included.
func sealStream(_ plaintext: [UInt8], fileKey: FileKey, nonce: PayloadNonce, step: Int) -> [UInt8] {
    var sealer = StreamSealer(fileKey: fileKey, nonce: nonce)
    var payload = nonce.bytes
    var position = 0
    while position < plaintext.count {
        let end = min(position + step, plaintext.count)
        sealer.update([UInt8](plaintext[position..<end])) { payload += $0 }
        position = end
    }
    sealer.finish { payload += $0 }
    return payload
}

/// Leaf hashes of a payload, the nonce's first.
func leaves(of payload: [UInt8], layout: PayloadLayout) throws -> PayloadTree<SHA256> {
    var tree = PayloadTree<SHA256>(
        nonce: try PayloadNonce([UInt8](payload.prefix(PayloadNonce.size))), keepingLeaves: true)
    for index in 0..<layout.chunkCount {
        payload.withUnsafeBytes { bytes in
            let range = layout.payloadRange(ofChunk: index)
            tree.append(
                PayloadTree<SHA256>.leaf(
                    of: UnsafeRawBufferPointer(rebasing: bytes[Int(range.lowerBound)..<Int(range.upperBound)])))
        }
    }
    return tree
}

/// A checked reader over a payload in memory.
func checkedReader(_ payload: [UInt8], fileKey: FileKey) throws -> CheckedPayloadReader {
    let layout = try PayloadLayout(payloadSize: UInt64(payload.count))
    let tree = try leaves(of: payload, layout: layout)
    let nonce = try PayloadNonce([UInt8](payload.prefix(PayloadNonce.size)))
    return try CheckedPayloadReader(
        layout: layout, leaves: tree.leaves, id: tree.id, key: PayloadKey(fileKey: fileKey, nonce: nonce))
}

extension CheckedPayloadReader {
    /// Reads a range of a payload in memory, checked.
    func read(_ range: Range<UInt64>, of payload: [UInt8]) throws(AgeError) -> [UInt8] {
        var output: [UInt8] = []
        try read(
            range,
            fetch: { (range: Range<UInt64>) throws(AgeError) -> [UInt8] in
                [UInt8](payload[Int(range.lowerBound)..<Int(range.upperBound)])
            },
            emit: { output += $0 })
        return output
    }
}
