import AgeFile
import AuditTrail
import CustodianProtocol
import Foundation
import HTTPTransport
import Sharing
import SignedNote
import Sodium
import Testing
import Vault

@testable import CustodianClient

/// What the owner keeps for herself alone is refused before anybody is asked: no custodian runs here.
@Suite struct PrivateItemTests {
    private struct Scene {
        let session: VaultSession
        let caller: Caller
        let own: OwnCase
        let card: Unverified<Card>

        init() throws {
            func signer(_ name: String) throws -> NoteSigner {
                NoteSigner(name: try KeyName(Array(name.utf8)), key: SigningKey())
            }
            let (owner, custodian, log) = (
                try signer("owner.example"), try signer("custodian.example"), try signer("log.example")
            )
            let keys = CaseKeys.random(
                title: nil, signer: owner, custodian: custodian.verifierKey, log: log.verifierKey,
                machine: AgeIdentity.random().recipient)
            let matter = CaseCard(
                caseID: keys.caseID, number: 0, previous: nil, recipient: keys.identity.recipient,
                ownerKey: owner.verifierKey, logKey: try .init(of: keys), signers: [])
            own = try OwnCase(keys: keys, note: try Unverified(parsing: try Verified(matter, signedBy: owner).bytes))
            session = try VaultSession(
                try CustodianConnection(.unixSocket(path: "/nonexistent/socket")), custodian: custodian.verifierKey,
                log: log.verifierKey, known: nil, clock: { Timestamp(seconds: 1_800_000_000) })
            let officer = try signer("officer.example")
            card = try Unverified(
                parsing: try Verified(
                    Card(
                        kind: .person, name: PlainText(literal: "Mads"), role: PlainText(literal: "police"),
                        organisation: nil, key: officer.verifierKey, recipient: AgeIdentity.random().recipient,
                        issued: Timestamp(seconds: 0), expires: nil), signedBy: officer
                ).bytes)
            caller = Caller(signer: owner, card: Random.value())
        }

        func item(to recipient: AgeRecipient) throws -> SealedItem {
            let (contentKey, descriptionKey) = (FileKey.random(), FileKey.random())
            let content = try AgeFile.seal(Array("text".utf8), fileKey: contentKey, to: [recipient])
            let description = try AgeFile.seal(Array("about".utf8), fileKey: descriptionKey, to: [recipient])
            func facts(_ file: SealedAgeFile, _ key: FileKey) -> SealedFileFacts {
                SealedFileFacts(
                    id: file.id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
                    header: file.header.digest, keyCommitment: key.commitment(to: file.id))
            }
            let record = IngestRecord(
                caseID: own.card.caseID, recipient: recipient, time: Timestamp(seconds: 0),
                content: facts(content, contentKey), description: facts(description, descriptionKey),
                original: Random.value(), signer: caller.signer.verifierKey, sequence: 0, previous: nil)
            let note = try Verified(record, signedBy: caller.signer)
            return try SealedItem(
                Wire.Item(
                    id: String(decoding: content.id.hex, as: UTF8.self),
                    ingest: String(decoding: note.bytes, as: UTF8.self), newDescription: nil,
                    contentHeader: Data(content.header.bytes), description: Data(description.bytes), erased: false))
        }

        func refusal(lending items: [SealedItem]) throws -> ClientError.Code? {
            let terms = LendingTerms(
                rights: .read, notBefore: Timestamp(seconds: 0), notAfter: Timestamp(seconds: 9), openings: nil,
                purpose: PlainText(literal: "x"), journal: .optional)
            do {
                _ = try session.lend(items, of: own, to: card, terms: terms, by: caller)
                return nil
            } catch let error as ClientError {
                return error.code
            }
        }
    }

    @Test func lendingItIsRefused() throws {
        let scene = try Scene()
        let identity = try #require(scene.own.keys.privateIdentity)
        let hidden = try scene.item(to: identity.recipient)
        let plain = try scene.item(to: scene.own.card.recipient)
        #expect(try scene.refusal(lending: [hidden]) == .refused)
        #expect(try scene.refusal(lending: [plain, hidden]) == .refused)
        // What may be lent fails later, for want of a custodian.
        #expect(try scene.refusal(lending: [plain]) == .unreachable)
    }

    @Test func caseKeyDoesNotOpenIt() throws {
        let scene = try Scene()
        let identity = try #require(scene.own.keys.privateIdentity)
        let hidden = try scene.item(to: identity.recipient)
        #expect(throws: AgeError.self) { _ = try hidden.header.open(with: [scene.own.keys.identity]) }
        #expect(throws: AgeError.self) {
            _ = try hidden.description.header.open(with: [scene.own.keys.identity])
        }
        _ = try hidden.header.open(with: [identity])
    }

    @Test func nobodyButTheOwnerKeepsPrivateItems() throws {
        let scene = try Scene()
        let stranger = Caller(
            signer: NoteSigner(name: try KeyName(Array("device.example".utf8)), key: SigningKey()),
            card: Random.value())
        let intake = VaultSession.Intake(source: IngestSource(text: [1])) { content in
            Description(of: content, kind: .privateNote, recorded: Timestamp(seconds: 0))
        }
        let error = #expect(throws: ClientError.self) {
            _ = try scene.session.addPrivately(intake, to: scene.own, by: stranger)
        }
        #expect(error?.code == .refused)
    }
}

extension LogKeyCommitment {
    fileprivate init(of keys: CaseKeys) throws {
        self = try StreamKey(keys.logKey).commitment(to: keys.caseID)
    }
}
