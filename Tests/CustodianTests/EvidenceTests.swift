import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Evidence of what the real custodian answers, honest and lying.
struct EvidenceTests {
    @Test func honestOpeningConvictsNobody() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        for place in 0..<2 {
            let verdict = try await evidence(of: grant, place, item, scene).verdict(
                custodian: scene.custodian.verifierKey)
            #expect(verdict.convicted == nil && verdict.isSound)
        }
    }

    @Test func custodianWhoseStoredSecretWasExchangedConvictsItself() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        try await exchangeSecret(of: grant, scene)
        let verdict = try await evidence(of: grant, 0, item, scene).verdict(custodian: scene.custodian.verifierKey)
        #expect(verdict.convicted == .custodian)
    }

    @Test func grantorWhoSealsAnotherKeyConvictsHerself() async throws {
        let scene = try await Scene.make()
        let (item, other) = (try await scene.addItem(), try await scene.addItem("other"))
        let grant = try await scene.lend([item]) { $0.falseKeys = [item.id: other.contentKey] }
        let content = try await evidence(of: grant, 0, item, scene)
        #expect(content.verdict(custodian: try scene.custodian.verifierKey).convicted == .grantor)
        let description = try await evidence(of: grant, 1, item, scene)
        #expect(description.verdict(custodian: try scene.custodian.verifierKey).convicted == nil)
    }

    @Test func delegateWhoSealsAnotherCapsuleConvictsHerself() async throws {
        let stage = try await Stage.make(approval: .none)
        let (scene, item) = (stage.scene, stage.items[0])
        let honest = try await stage.lendOn()
        let verdict = try await evidence(of: honest, 0, item, scene, on: stage).verdict(
            custodian: scene.custodian.verifierKey)
        #expect(verdict.convicted == nil && verdict.isSound, "\(verdict.reason)")
        let lying = try await stage.lendOn { $0.falseKeys = [item.id: item.contentKey] }
        let content = try await evidence(of: lying, 0, item, scene, on: stage).verdict(
            custodian: scene.custodian.verifierKey)
        #expect(content.convicted == .grantor)
        #expect(content.grantor?.key == stage.caseworker.signer.verifierKey)
        let description = try await evidence(of: lying, 1, item, scene, on: stage)
        #expect(description.verdict(custodian: try scene.custodian.verifierKey).convicted == nil)
    }

    /// What the officer keeps of an opening.
    private func evidence(
        of grant: SignedGrant, _ place: Int, _ item: TestItem, _ scene: Scene, on stage: Stage? = nil
    ) async throws -> OpeningEvidence {
        let request = try scene.request([item], under: grant)
        let sealed = try #require(try await scene.handle(request).response)
        let response = try AgeFile.open(sealed, with: [request.identity]).withUnsafeBytes { [UInt8]($0) }
        let lent = stage.map { [(grant, $0.caseworker), ($0.parent, scene.owner)] } ?? [(grant, scene.owner)]
        return OpeningEvidence(
            request: request.note.bytes, response: response,
            layers: try lent.map { try layer($0, by: $1, grant.list.files[place].id) },
            capsule: grant.capsules[place].bytes, ingest: item.record.bytes)
    }

    private func layer(_ grant: SignedGrant, by person: Person, _ file: AgeFileID) throws -> EvidenceLayer {
        let place = try #require(grant.list.files.firstIndex { $0.id == file })
        return EvidenceLayer(
            grant: grant.note.bytes, grantor: person.note, file: grant.list.files[place],
            proof: try grant.list.proof(at: place))
    }

    /// Puts another secret in the place of the grant's, as the custodian itself would seal it.
    private func exchangeSecret(of grant: SignedGrant, _ scene: Scene) async throws {
        let custodian = try scene.custodian
        let id = grant.id
        var row = try #require(try await custodian.stores.records.read { try $0.grant(id) })
        let sealed = try #require(row.secret)
        var key = try custodian.stores.secrets.read(custodian.secretName(id, sealed))
        row.secret =
            Array(sealed.prefix(8))
            + ChaCha20Poly1305.seal(
                secret: GrantSecret.random().secret, key: try AEADKey(SecretBytes(wiping: &key)), nonce: .zero,
                associatedData: id.bytes.array)
        let changed = row
        try await custodian.stores.records.transaction { try $0.update(changed) }
    }
}
