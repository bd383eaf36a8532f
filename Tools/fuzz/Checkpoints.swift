import SignedNote
import TransparencyLog

/// The log of the specification's examples, and the one text that it has signed.
private let policy = try? LogPolicy(
    parsing: Array(
        """
        log bevis.example/log/0123456789abcdef+3de5b9bd+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx
        quorum none

        """.utf8))
private let signed = Array(
    "bevis.example/log/0123456789abcdef\n7\nNULX/eTn4CLYYxm0M/dzXfM6cen+oW10s41Vmhykp30=\n".utf8)

/// Checkpoints, receipts and cosignatures come back byte for byte, and a log's signature is for one text only.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let checkpoint = try? Checkpoint(parsing: bytes) {
        demand(checkpoint.text == bytes, "a checkpoint is canonical")
    }
    if let line = try? NoteSignature(parsing: bytes) {
        demand(line.line == bytes, "a signature line is canonical")
    }
    if let payload = try? CosignaturePayload(parsing: bytes) {
        demand(payload.bytes == bytes, "a cosignature is canonical")
    }
    guard let policy else { return 0 }
    if let verified = try? policy.verify(bytes) {
        demand(verified.bytes == bytes, "a verified checkpoint keeps its bytes")
        demand(verified.checkpoint.text == signed, "nothing forged is verified")
    }
    if let proof = try? LogProof(parsing: bytes) {
        demand(proof.bytes == bytes, "a receipt is canonical")
        demand((try? Checkpoint(parsing: proof.note.text)) != nil, "a receipt holds a checkpoint")
        if let verified = try? policy.verify(proof.note) {
            demand(verified.checkpoint.text == signed, "nothing forged is verified")
        }
    }
    return 0
}
