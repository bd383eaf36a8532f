import AgeFile
import AuditTrail
import Dossier
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Testing
import TransparencyLog
import Vault

/// A file of the example, how it is checked, and what it says again when it is written anew.
struct ExampleFile: Sendable, CustomTestStringConvertible {
    let name: String
    /// Parses and verifies; gives what the code makes of it with the example's keys.
    let check: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { name }

    /// A note: verified with every key that has to sign it, then signed again.
    static func note<Body: NoteBody>(_ name: String, _: Body.Type, _ signers: Example.Signer...) -> ExampleFile {
        ExampleFile(name: name + ".note") { file in
            let unverified = try Unverified<Body>(parsing: file)
            var note = UnverifiedNote?.none
            for who in signers {
                let signer = try who.signer
                _ = try unverified.verified(by: signer.verifierKey)
                note =
                    try note?.adding(signer.signature(over: unverified.body.text))
                    ?? signer.sign(unverified.body.text).note
            }
            return note?.bytes ?? []
        }
    }

    static func plain<Body: NoteBody>(_ name: String, _: Body.Type) -> ExampleFile {
        ExampleFile(name: name + ".txt") { try Body(parsing: $0).text }
    }

    /// An age file: opened; its plaintext is what stands beside it.
    static func age(_ name: String, for identity: Example.Identity, plaintext: String) -> ExampleFile {
        ExampleFile(name: name) { file in
            let opened = try AgeFile.open(file, with: [try identity.identity])
            guard opened.exposed == (try Example.read(plaintext)) else { throw CocoaError(.fileReadCorruptFile) }
            return file
        }
    }

    static let notes: [ExampleFile] = [
        note("card-owner", Card.self, .owner), note("card-officer", Card.self, .officer, .issuer),
        note("trust", Trust.self, .operating), note("case-card", CaseCard.self, .owner),
        note("ingest", IngestRecord.self, .owner), note("grant", Grant.self, .owner),
        note("one-time-recipient", OneTimeRecipient.self, .custodian), note("request", AccessRequest.self, .officer),
        note("response", AccessResponse.self, .custodian), note("revocation", Revocation.self, .owner),
        note("withdrawal", Withdrawal.self, .issuer), note("recovery", RecoveryUpdate.self, .owner),
        note("query", Query.self, .officer),
    ]

    static let log: [ExampleFile] = [
        ExampleFile(name: "checkpoint") { file in
            let signer = try Example.Signer.log.signer
            let verified = try UnverifiedNote(parsing: file).verified(by: [signer.verifierKey])
            let checkpoint = try Checkpoint(parsing: verified.text)
            return try signer.sign(checkpoint.text).note.bytes
        },
        ExampleFile(name: "receipt-6.tlog-proof") { file in
            let proof = try LogProof(parsing: file)
            let policy = try LogPolicy(parsing: try Example.read("policy"))
            _ = try proof.verify(leaf: try TreeHash.leaf(Example.leaves()[6]), policy: policy)
            return proof.bytes
        },
        ExampleFile(name: "leaves.hex") { file in
            let leaves = try text(file).split(separator: "\n").map { try Leaf(entry: Hex.decode($0.utf8)) }
            var tree = TreeBuilder()
            for leaf in leaves { tree.append(leaf.hash) }
            guard tree.root == (try ExampleFile.head().root), leaves.count == 7 else {
                throw CocoaError(.fileReadCorruptFile)
            }
            return bytes(leaves.map { text(Hex.encode($0.entry)) + "\n" }.joined())
        },
    ]

    static let texts: [ExampleFile] = [
        plain("description", Description.self), plain("item-list", ItemList.self),
        plain("recipient-envelope", RecipientEnvelope.self), plain("custodian-envelope", CustodianEnvelope.self),
        plain("record-6", Record.self), plain("disclosed-record-6", DisclosedRecord.self),
        plain("audit-keys", AuditKeys.self), plain("incident", Incident.self),
    ]

    static let sealed: [ExampleFile] = [
        age("description.age", for: .matter, plaintext: "description.txt"),
        age("recipient-envelope.age", for: .officer, plaintext: "recipient-envelope.txt"),
        age("custodian-envelope.age", for: .oneTime, plaintext: "custodian-envelope.txt"),
        ExampleFile(name: "content.age") { file in
            let opened = try AgeFile.open(file, with: [try Example.Identity.matter.identity])
            guard opened.exposed == bytes("He stood at the door at 22:41.\n") else {
                throw CocoaError(.fileReadCorruptFile)
            }
            return file
        },
    ]

    static func head() throws -> Checkpoint {
        try Checkpoint(parsing: UnverifiedNote(parsing: Example.read("checkpoint")).text)
    }
}

/// Every file of the worked example is read, verified and made again.
@Suite struct ExampleTests {
    @Test func everyFileOfTheExampleIsChecked() throws {
        let checked = (ExampleFile.notes + ExampleFile.log + ExampleFile.texts + ExampleFile.sealed).map(\.name)
        let there = try FileManager.default.contentsOfDirectory(atPath: Example.folder.path)
        #expect(Set(there) == Set(checked + ["README.md", "policy", "vectors.txt"]))
    }

    @Test(arguments: ExampleFile.notes + ExampleFile.log + ExampleFile.texts + ExampleFile.sealed)
    func fileIsReadAndMadeAgainTheSame(_ file: ExampleFile) throws {
        let stored = try Example.read(file.name)
        #expect(text(try file.check(stored)) == text(stored))
    }

    @Test(arguments: ExampleFile.notes + ExampleFile.log + ExampleFile.sealed)
    func everyFlippedByteIsRefused(_ file: ExampleFile) throws {
        let stored = try Example.read(file.name)
        for position in stored.indices {
            var altered = stored
            altered[position] ^= 1
            #expect(throws: (any Error).self, "byte \(position)") { try file.check(altered) }
        }
    }

    @Test func policyIsTheLogsAndWhatKeysHolds() throws {
        let policy = try Example.read("policy")
        #expect(text(policy).hasPrefix("log \(text(try Example.Signer.log.signer.verifierKey.text))\n"))
        let keys = Example.pages.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Keys/Example")
        #expect([UInt8](try Data(contentsOf: keys.appending(path: "policy"))) == policy)
        #expect([UInt8](try Data(contentsOf: keys.appending(path: "trust"))) == (try Example.read("trust.note")))
        let operating = try Example.Signer.operating.signer.verifierKey
        #expect([UInt8](try Data(contentsOf: keys.appending(path: "operator"))) == operating.text + [0x0A])
    }

    @Test func envelopesBelongToTheGrantAndItsHashesAreTheirs() throws {
        let grant = try Grant(parsing: UnverifiedNote(parsing: Example.read("grant.note")).text)
        let recipient = try RecipientEnvelope(parsing: Example.read("recipient-envelope.txt"))
        let custodian = try CustodianEnvelope(parsing: Example.read("custodian-envelope.txt"))
        #expect(recipient.belongs(to: grant))
        #expect(custodian.belongs(to: grant))
        #expect(custodian.partsMatch)
        #expect(SHA256.hash(try Example.read("recipient-envelope.age")) == grant.recipientEnvelope)
        #expect(SHA256.hash(try Example.read("custodian-envelope.age")) == grant.custodianEnvelope)
        #expect(try Example.grantKey.commitment(to: Example.grant) == grant.logKey)
        #expect(recipient.logKey.exposed == (try Example.grantKey.secret.exposed))
    }

    @Test func recordIsWhatTheLastLeafCommitsTo() throws {
        let disclosed = try DisclosedRecord(parsing: Example.read("disclosed-record-6.txt"))
        #expect(disclosed.recordText == (try Example.read("record-6.txt")))
        #expect(disclosed.notes == [try Example.read("request.note"), try Example.read("grant.note")])
        #expect(disclosed.leaf(in: try Example.grantKey).entry == (try Example.leaves()[6]))
        // The other leaves are the next numbers of their streams.
        let tags = try (1...4).map { try Example.vaultKey.tag($0) } + (1...2).map { try Example.matterKey.tag($0) }
        #expect(try Example.leaves().prefix(6).map { try Leaf(entry: $0).tag } == tags)
        let keys = try AuditKeys(parsing: Example.read("audit-keys.txt"))
        #expect(keys.vault.secret.exposed == equal(0x0D))
        #expect(keys.matters.map { $0.key.secret.exposed } == [equal(0x0C)])
    }

    /// Response and envelope together open the content that the ingest record promised.
    @Test func openingGivesTheContent() throws {
        let response = try AccessResponse(parsing: UnverifiedNote(parsing: Example.read("response.note")).text)
        let request = try UnverifiedNote(parsing: Example.read("request.note"))
        #expect(response.request == request.hash)
        let envelope = try RecipientEnvelope(parsing: Example.read("recipient-envelope.txt"))
        let ingest = try IngestRecord(parsing: UnverifiedNote(parsing: Example.read("ingest.note")).text)
        let capsules = Dictionary(uniqueKeysWithValues: zip(envelope.list.files, envelope.capsules).map { ($0.id, $1) })
        let sealed = [try Example.read("content.age"), try Example.read("description.age")]
        let facts = [ingest.content, ingest.description]
        let plain = [bytes("He stood at the door at 22:41.\n"), try Example.read("description.txt")]
        #expect(response.releases.map(\.file) == facts.map(\.id))
        for (index, release) in response.releases.enumerated() {
            let capsule = try #require(capsules[release.file])
            let key = try FileKey(
                capsule.open(of: release.file, in: Example.grant, with: try #require(release.parts.first)))
            let file = try SealedAgeFile(parsing: sealed[index])
            #expect(file.id == release.file)
            #expect(key.commitment(to: file.id) == facts[index].keyCommitment)
            #expect(SHA256.hash(file.header.bytes) == facts[index].header)
            #expect(UInt64(file.payload.count) == facts[index].payloadSize)
            #expect(try file.open(key).exposed == plain[index])
        }
        let description = try Description(parsing: plain[1])
        #expect(SHA256.hash(plain[0]) == description.digest)
        let original = IngestRecord.commitment(toOriginal: description.digest, salt: description.salt)
        #expect(original == ingest.original)
    }
}
