public import AgeFile
public import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
import TransparencyLog
public import Vault

/// A case as its owner holds it: the keys, opened, and the newest case card.
public struct OwnCase: Sendable {
    /// The case's keys.
    public let keys: CaseKeys
    /// The newest case card.
    public let card: CaseCard
    /// Text hash of the case card.
    public let cardHash: NoteHash
    /// The case card, a signed note.
    public let cardNote: [UInt8]
    /// The key of the case's stream.
    public let streamKey: StreamKey

    init(keys: CaseKeys, note: Unverified<CaseCard>) throws {
        let card = try note.verified(by: keys.signer.verifierKey)
        streamKey = try StreamKey(keys.logKey)
        guard card.body.caseID == keys.caseID, card.body.recipient == keys.identity.recipient,
            streamKey.commitment(to: keys.caseID) == card.body.logKey
        else { throw ClientError(.notProven, "the case card is not the one that the case's keys belong to") }
        self.keys = keys
        self.card = card.body
        cardHash = card.hash
        cardNote = card.bytes
    }
}

extension VaultSession {
    /// A recipient for one envelope, its signature by the custodian verified.
    func oneTimeRecipient() throws -> AgeRecipient {
        let answer: Wire.Note = try connection.post("/v1/one-time-recipients", [String: String]())
        let note = try Unverified<OneTimeRecipient>(parsing: Array(answer.note.utf8))
        guard let verified = try? note.verified(by: custodian), verified.body.custodian == custodian else {
            throw ClientError(.notProven, "the custodian's one-time recipient is not signed by it")
        }
        return verified.body.recipient
    }

    /// Opens a new case for the caller, its keys also sealed to a paper identity.
    ///
    /// - Parameters:
    ///   - title: what she calls it; sealed with the keys.
    ///   - owner: where the caller's own envelopes are sealed to.
    ///   - paper: the recovery sheet's recipient.
    public func openCase(
        title: PlainText?, by caller: Caller, owner: AgeRecipient, paper: AgeRecipient
    ) throws -> OwnCase {
        let keys = CaseKeys.random(
            title: title, signer: caller.signer, custodian: custodian, log: policy.logs[0].key, machine: owner)
        let streamKey = try StreamKey(keys.logKey)
        let card = CaseCard(
            caseID: keys.caseID, number: 0, previous: nil, recipient: keys.identity.recipient,
            ownerKey: caller.signer.verifierKey, logKey: streamKey.commitment(to: keys.caseID), signers: [])
        let note = try Verified(card, signedBy: caller.signer)
        let recipient = try oneTimeRecipient()
        let message = Wire.OpenCase(
            card: text(note.bytes), owner: text(caller.card.hex),
            logKey: Data(try AgeFile.seal(keys.logKey, to: [recipient]).bytes), recipient: text(recipient.text),
            recoveryID: text(RecoverySheet.locator(of: paper).hex),
            recovery: Data(try keys.seal(to: paper).bytes))
        _ = try accept(try connection.post("/v1/cases", message))
        return try OwnCase(keys: keys, note: Unverified(parsing: note.bytes))
    }

    /// The caller's cases: those that her identity opens, and the ids of those whose keys it does not open, as where a
    /// new machine has got back only one of several from its sheet.
    public func ownCases(
        by caller: Caller, identity: AgeIdentity
    ) throws -> (opened: [OwnCase], locked: [CaseID]) {
        let matters: [Wire.Matter] = try connection.post("/v1/case-listings", try ask(.grants, nil, by: caller))
        var opened: [OwnCase] = []
        var locked: [CaseID] = []
        for matter in matters {
            let note = try Unverified<CaseCard>(parsing: Array(matter.card.utf8))
            let keys: CaseKeys
            do throws(VaultError) {
                keys = try CaseKeys(opening: [UInt8](matter.recovery), with: identity)
            } catch {
                guard error.code == .notAuthentic else { throw error }
                locked.append(note.body.caseID)
                continue
            }
            opened.append(try OwnCase(keys: keys, note: note))
        }
        return (opened, locked)
    }

    /// The keys that a recovery sheet opens.
    public static func recover(
        _ sheet: RecoverySheet, from connection: CustodianConnection
    ) throws -> CaseKeys {
        let id = RecoverySheet.locator(of: sheet.identity.recipient)
        let sealed = try connection.get("/v1/recovery/" + String(decoding: id.hex, as: UTF8.self))
        return try CaseKeys(opening: sealed, with: sheet.identity)
    }

    /// Gives the vault a recovered case's keys, sealed to the machines that they name and again to the sheet.
    public func replaceRecovery(
        of keys: CaseKeys, paper: AgeRecipient, by caller: Caller
    ) throws {
        let sealed = try keys.seal(to: paper).bytes
        let body = RecoveryUpdate(caseID: keys.caseID, sealed: SHA256.hash(sealed), time: clock())
        let note = try Verified(body, signedBy: caller.signer)
        let message = Wire.ReplaceRecovery(note: text(note.bytes), sealed: Data(sealed))
        let receipt = try accept(try connection.post("/v1/recovery", message))
        try check(receipt, .keyChanged, names: note.hash, try StreamKey(keys.logKey))
    }

    // MARK: Adding

    /// What is known of an original before it is read.
    public struct Intake {
        /// The original.
        public let source: IngestSource
        /// Title, kind and the rest, given what was sealed.
        public let describe: (SealedContent) throws -> Description

        /// An intake of its parts.
        public init(source: IngestSource, describe: @escaping (SealedContent) throws -> Description) {
            self.source = source
            self.describe = describe
        }
    }

    /// Reads an original once, sealing it on the way to the custodian, and signs what was taken in.
    ///
    /// - Returns: the item's id and the receipt.
    public func add(
        _ intake: Intake, to own: OwnCase, by caller: Caller, progress: @escaping (UInt64) -> Void
    ) throws -> (id: AgeFileID, receipt: Receipt) {
        try add(intake, to: own, sealedTo: own.card.recipient, by: caller, progress: progress)
    }

    func add(
        _ intake: Intake, to own: OwnCase, sealedTo recipient: AgeRecipient, by caller: Caller,
        progress: @escaping (UInt64) -> Void
    ) throws -> (id: AgeFileID, receipt: Receipt) {
        let fileKey = FileKey.random()
        let header = try AgeHeader(sealing: fileKey, to: [recipient])
        let stream = try PayloadStream(from: intake.source, fileKey: fileKey)
        let reporter = Reporter(progress)
        let uploaded = try connection.upload("/v1/objects", length: stream.payloadSize) { buffer in
            let count = try stream.read(into: buffer)
            reporter.report(stream.originalCount)
            return count
        }
        // The upload stops at the length that was stated; a source that has more by now has changed.
        guard try !stream.next({ _ in }) else {
            throw ClientError(.refused, "the file changed while it was being read; nothing was added")
        }
        let content = try stream.finish()
        guard uploaded.id == text(content.id.hex) else {
            throw ClientError(.notProven, "the custodian stored something else than what was sent; nothing was added")
        }
        let description = try intake.describe(content)
        let sealed = try description.seal(to: recipient)
        let newest = try newestRecord(of: caller.signer.verifierKey, in: own.card.caseID)
        let record = IngestRecord(
            caseID: own.card.caseID, recipient: recipient, time: clock(),
            content: content.facts(header: header),
            description: sealed.facts, original: description.originalCommitment, signer: caller.signer.verifierKey,
            sequence: newest.map { $0.sequence + 1 } ?? 0, previous: newest?.hash)
        let note = try Verified(record, signedBy: caller.signer)
        let message = Wire.AddItem(
            ingest: text(note.bytes), actor: text(caller.card.hex), contentHeader: Data(header.bytes),
            description: Data(sealed.file.bytes))
        let receipt = try accept(try connection.post("/v1/items", message))
        try check(receipt, .itemAdded, names: note.hash, own.streamKey)
        return (content.id, receipt)
    }

    // Guard: called by the one thread that drives the upload.
    private final class Reporter: @unchecked Sendable {
        let report: (UInt64) -> Void

        init(_ report: @escaping (UInt64) -> Void) { self.report = report }
    }

    func newestRecord(
        of key: VerifierKey, in matter: CaseID
    ) throws -> (sequence: UInt64, hash: NoteHash)? {
        let path = "/v1/signers/" + text(matter.hex) + "/" + text(Hex.encode(key.text))
        let answer: Wire.Signer
        do throws(ClientError) {
            answer = try connection.post(path, [String: String]())
        } catch {
            if error.code == .unknown { return nil }
            throw error
        }
        return (answer.sequence, try NoteHash(hex: answer.hash.utf8))
    }

    /// Checks that a receipt's leaf is the record of this note.
    func check(_ receipt: Receipt, _ event: Event, names note: NoteHash, _ key: StreamKey) throws {
        guard let sealed = receipt.record, let disclosed = try? DisclosedRecord(opening: sealed, with: key),
            disclosed.record.event == event, disclosed.record.notes.contains(note)
        else { throw ClientError(.notProven, "the receipt speaks of something else; do not rely on it") }
        try verify(
            receipt.proof, leaf: disclosed.leaf(in: key).hash,
            otherwise: "the receipt is not proven to be in the log; do not rely on it")
    }

    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
