import AgeFile
import Sharing
import SignedNote
import Sodium

func plain(_ text: String) throws -> PlainText { try PlainText(Array(text.utf8)) }

func makeSigner(_ name: String) throws -> NoteSigner {
    NoteSigner(name: try KeyName(Array("bevis.example/\(name)".utf8)), key: SigningKey())
}

/// Somebody with a signing key, an age identity and a card.
struct Person: Sendable {
    let signer: NoteSigner
    let identity: AgeIdentity
    let card: Card
    let note: [UInt8]
    let hash: NoteHash

    /// - Parameter issuer: who also signs the card of somebody who speaks for an organisation.
    init(
        _ name: String, role: String, organisation: String? = nil, issuer: NoteSigner? = nil,
        expires: Timestamp? = nil
    ) throws {
        try self.init(
            name, role: role, organisation: organisation, issuer: issuer, expires: expires,
            signer: try makeSigner("person"), identity: AgeIdentity.random())
    }

    /// Another card of the same keys.
    func renewed(_ name: String, issuer: NoteSigner? = nil) throws -> Person {
        try Person(
            name, role: String(decoding: card.role.bytes, as: UTF8.self),
            organisation: card.organisation.map { String(decoding: $0.bytes, as: UTF8.self) }, issuer: issuer,
            expires: nil, signer: signer, identity: identity)
    }

    /// A unit of the police.
    /// - Parameter key: whose key the card names, where it is not the issuer's.
    static func unit(_ name: String, issuer: NoteSigner, key: NoteSigner? = nil) throws -> Person {
        try Person(
            name, kind: .unit, role: "officer", organisation: "Police", issuer: key == nil ? nil : issuer,
            expires: nil, signer: key ?? issuer, identity: AgeIdentity.random())
    }

    private init(
        _ name: String, kind: CardKind = .person, role: String, organisation: String?, issuer: NoteSigner?,
        expires: Timestamp?, signer: NoteSigner, identity: AgeIdentity
    ) throws {
        self.signer = signer
        self.identity = identity
        card = Card(
            kind: kind, name: try plain(name), role: try plain(role),
            organisation: try organisation.map { try plain($0) }, key: signer.verifierKey,
            recipient: identity.recipient, issued: Timestamp(seconds: 1_700_000_000), expires: expires)
        var signed = try Verified(card, signedBy: signer).note
        if let issuer { signed = signed.adding(try issuer.signature(over: signed.text)) }
        note = signed.bytes
        hash = signed.hash
    }
}

/// Two sealed files and the record that adds them to a case.
struct TestItem: Sendable {
    let content: SealedAgeFile
    let contentKey: FileKey
    let description: SealedAgeFile
    let descriptionKey: FileKey
    let record: Verified<IngestRecord>

    var id: AgeFileID { content.id }

    /// Seals a small item.
    init(
        _ text: String, caseID: CaseID, recipient: AgeRecipient, signer: NoteSigner, sequence: UInt64,
        previous: NoteHash?, others: [AgeRecipient] = [], describedBy file: SealedAgeFile? = nil,
        change: (SealedFileFacts) -> SealedFileFacts = { $0 }
    ) throws {
        contentKey = FileKey.random()
        descriptionKey = FileKey.random()
        content = try AgeFile.seal(Array(text.utf8), fileKey: contentKey, to: [recipient] + others)
        description = try file ?? AgeFile.seal(Array("about \(text)".utf8), fileKey: descriptionKey, to: [recipient])
        let body = IngestRecord(
            caseID: caseID, recipient: recipient, time: Timestamp(seconds: 1_800_000_000),
            content: change(TestItem.facts(content, contentKey)),
            description: TestItem.facts(description, descriptionKey),
            original: SHA256.hash(Array(text.utf8)), signer: signer.verifierKey, sequence: sequence,
            previous: previous)
        record = try Verified(body, signedBy: signer)
    }

    private static func facts(_ file: SealedAgeFile, _ key: FileKey) -> SealedFileFacts {
        SealedFileFacts(
            id: file.id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
            header: file.header.digest, keyCommitment: key.commitment(to: file.id))
    }
}
