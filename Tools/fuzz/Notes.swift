import AuditTrail
import Sharing
import SignedNote

private func check<Body: NoteBody>(_ text: [UInt8], as type: Body.Type) {
    if let body = try? Body(parsing: text) { demand(body.text == text, "a note's text is canonical") }
}

/// A note, a key and every body of ours come back byte for byte when they parse.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let key = try? VerifierKey(parsing: bytes) { demand(key.text == bytes, "a verifier key is canonical") }
    if let time = try? Timestamp(parsing: bytes) { demand(time.text == bytes, "a time is canonical") }
    let note = try? UnverifiedNote(parsing: bytes)
    if let note { demand(note.bytes == bytes, "a note keeps its bytes") }
    let text = note?.text ?? bytes
    check(text, as: Card.self)
    check(text, as: CaseCard.self)
    check(text, as: Withdrawal.self)
    check(text, as: IngestRecord.self)
    check(text, as: Grant.self)
    check(text, as: Revocation.self)
    check(text, as: ItemList.self)
    check(text, as: Query.self)
    check(text, as: AccessRequest.self)
    check(text, as: Trust.self)
    check(text, as: Record.self)
    return 0
}
