import AuditTrail
import Sharing
import SignedNote
import Sodium
import Testing
import TransparencyLog

@testable import Custodian

struct RegistrationTests {
    @Test func firstTrustNoteNamesTheOperatorForAllLaterOnes() async throws {
        let scene = try await Scene.empty()
        let first = try scene.trust()
        let accepted = try await scene.custodian.setTrust(first.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.vaultKey)
        #expect(record.event == .trustChanged)
        #expect(record.notes == [first.hash])

        let stranger = try makeSigner("operator")
        let foreign = try scene.trust(number: 1, signer: stranger)
        #expect(try await refusal { try await scene.custodian.setTrust(foreign.bytes) } == .conflict)
        let skipping = try scene.trust(number: 2)
        #expect(try await refusal { try await scene.custodian.setTrust(skipping.bytes) } == .conflict)
        let next = try scene.trust(number: 1)
        _ = try await scene.custodian.setTrust(next.bytes)
        #expect(try await scene.custodian.trustNote() == next.bytes)
    }

    @Test func pinnedOperatorAloneSignsTheFirstTrustNote() async throws {
        let scene = try await Scene.empty()
        scene.pinnedOperator = scene.operatorSigner.verifierKey
        try await scene.restart()
        let stranger = try scene.trust(signer: try makeSigner("operator"))
        #expect(try await refusal { try await scene.custodian.setTrust(stranger.bytes) } == .conflict)
        #expect(try scene.size == 0)
        // It stays pinned, also where nobody says so again.
        scene.pinnedOperator = nil
        try await scene.restart()
        #expect(try await refusal { try await scene.custodian.setTrust(stranger.bytes) } == .conflict)
        _ = try await scene.custodian.setTrust(try scene.trust().bytes)
    }

    @Test(arguments: [true, false]) func secondOperatorIsRefused(isTrustGiven: Bool) async throws {
        let scene = try await Scene.empty()
        if isTrustGiven {
            _ = try await scene.custodian.setTrust(try scene.trust().bytes)
        } else {
            scene.pinnedOperator = scene.operatorSigner.verifierKey
            try await scene.restart()
        }
        scene.pinnedOperator = try makeSigner("operator").verifierKey
        #expect(try await refusal { try await scene.restart() } == .conflict)
        // The same again is no second attempt.
        scene.pinnedOperator = scene.operatorSigner.verifierKey
        try await scene.restart()
    }

    @Test func trustNoteForAnotherCustodianIsRefused() async throws {
        let scene = try await Scene.empty()
        let other = try makeSigner("custodian")
        let trust = Trust(
            operatorKey: scene.operatorSigner.verifierKey, number: 0, time: scene.clock.time,
            custodian: other.verifierKey, log: try scene.custodian.policy.logs[0].key, issuers: [], auditors: [])
        let note = try Verified(trust, signedBy: scene.operatorSigner)
        #expect(try await refusal { try await scene.custodian.setTrust(note.bytes) } == .malformed)
        #expect(try scene.size == 0)
    }

    @Test func sameCardAgainReturnsItsReceipt() async throws {
        let scene = try await Scene.make()
        let size = try scene.size
        let again = try await scene.custodian.addCard(scene.officer.note)
        #expect(try scene.size == size)
        let record = try scene.verify(again.receipt, again.record, in: scene.vaultKey)
        #expect(record.event == .cardAdded)
        #expect(record.notes == [scene.officer.hash])
    }

    @Test func sameCardAtTheSameMomentMakesOneLeaf() async throws {
        let scene = try await Scene.make()
        let person = try Person("friend", role: "private")
        let (custodian, size) = (try scene.custodian, try scene.size)
        let indices = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<16 { group.addTask { try await custodian.addCard(person.note).index } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(indices == [size])
        #expect(try scene.size == size + 1)
    }

    @Test func staffCardWithoutIssuerSignatureIsRefused() async throws {
        let scene = try await Scene.make()
        let person = try Person("impostor", role: "officer", organisation: "Police")
        #expect(try await refusal { try await scene.custodian.addCard(person.note) } == .notAuthentic)
    }

    @Test func staffCardWithIssuerOfAnotherRoleIsRefused() async throws {
        let scene = try await Scene.make()
        let person = try Person("impostor", role: "officer", organisation: "Police", issuer: scene.otherIssuer)
        #expect(try await refusal { try await scene.custodian.addCard(person.note) } == .notAuthentic)
        let unknown = try Person("impostor", role: "officer", organisation: "Police", issuer: try makeSigner("issuer"))
        #expect(try await refusal { try await scene.custodian.addCard(unknown.note) } == .notAuthentic)
    }

    @Test func cardWithForgedSignatureIsRefused() async throws {
        let scene = try await Scene.make()
        let person = try Person("one", role: "private")
        let other = try Person("two", role: "private")
        let forged = forge(person.card.text, like: other.note)
        let size = try scene.size
        await #expect(throws: NoteError.self) { try await scene.custodian.addCard(forged) }
        #expect(try scene.size == size)
    }

    @Test(arguments: [true, false]) func holderAndIssuerMayWithdrawACard(byIssuer: Bool) async throws {
        let scene = try await Scene.make()
        let signer = byIssuer ? scene.issuer : scene.officer.signer
        let note = try scene.withdrawal(of: scene.officer, by: signer)
        let accepted = try await scene.custodian.withdrawCard(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.vaultKey)
        #expect(record.event == .cardWithdrawn)
        let again = try await scene.custodian.withdrawCard(note.bytes)
        #expect(again.index == accepted.index)
    }

    @Test func strangerMayNotWithdrawACard() async throws {
        let scene = try await Scene.make()
        let note = try scene.withdrawal(of: scene.officer, by: scene.owner.signer)
        #expect(try await refusal { try await scene.custodian.withdrawCard(note.bytes) } == .notAuthentic)
        let holder = try scene.withdrawal(of: scene.officer, by: scene.officer.signer)
        _ = try await scene.custodian.withdrawCard(holder.bytes)
        // Nor does a stranger get a receipt for a withdrawal that others made.
        #expect(try await refusal { try await scene.custodian.withdrawCard(note.bytes) } == .notAuthentic)
    }

    @Test func withdrawnCardOpensNothing() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        let note = try scene.withdrawal(of: scene.officer, by: scene.issuer)
        _ = try await scene.custodian.withdrawCard(note.bytes)
        let answer = try await scene.handle(try scene.request([item], under: grant))
        #expect(!answer.isGranted)
        #expect(try scene.verify(answer.receipt, answer.record, in: grant.streamKey).failures == [.cardWithdrawn])
        let second = try scene.sign(try scene.draft([item]))
        #expect(try await refusal { try await scene.submit(second) } == .refused)
    }
}
