import AuditTrail
import Camera
import Sharing
import SignedNote
import Vault

private func check<Body: NoteBody>(_ text: [UInt8], as type: Body.Type) {
    if let body = try? Body(parsing: text) { demand(body.text == text, "a note's text is canonical") }
}

/// Every line text of ours comes back byte for byte when it parses, also with notes or texts in it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    let text = (try? UnverifiedNote(parsing: bytes))?.text ?? bytes
    check(text, as: Card.self)
    check(text, as: CaseCard.self)
    check(text, as: Withdrawal.self)
    check(text, as: Trust.self)
    check(text, as: IngestRecord.self)
    check(text, as: NewDescription.self)
    check(text, as: Verification.self)
    check(text, as: Erasure.self)
    check(text, as: ErasureCancellation.self)
    check(text, as: Grant.self)
    check(text, as: Revocation.self)
    check(text, as: ItemList.self)
    check(text, as: RecipientEnvelope.self)
    check(text, as: CustodianEnvelope.self)
    check(text, as: OneTimeRecipient.self)
    check(text, as: Query.self)
    check(text, as: AccessRequest.self)
    check(text, as: AccessResponse.self)
    check(text, as: RecoveryUpdate.self)
    check(text, as: Approval.self)
    check(text, as: Decline.self)
    check(text, as: Extension.self)
    check(text, as: Membership.self)
    check(text, as: UnitKey.self)
    check(text, as: DeviceCard.self)
    check(text, as: Pairing.self)
    check(text, as: Heartbeat.self)
    check(text, as: Taken.self)
    check(text, as: ClockCheck.self)
    check(text, as: Record.self)
    check(text, as: DisclosedRecord.self)
    check(text, as: AuditKeys.self)
    check(text, as: HandoverNote.self)
    check(text, as: OpeningEvidence.self)
    check(text, as: EvidenceLayer.self)
    check(text, as: HistoriesEvidence.self)
    check(text, as: HandoverItem.self)
    check(text, as: Description.self)
    if let type = try? MediaType(bytes) { demand(type.bytes == bytes, "a media type is canonical") }
    for layout in FolderLayout.allCases { _ = layout.reading(bytes) }
    _ = CameraZone(String(decoding: bytes, as: UTF8.self))
    _ = ItemKind(guessedFrom: nil, fileName: bytes)
    return 0
}
