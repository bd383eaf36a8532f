import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage

/// Rows of random contents. Storage does not look into notes, so none of them is one.
enum Samples {
    static func key() throws -> VerifierKey {
        NoteSigner(name: try KeyName(Array("bevis.example/sample".utf8)), key: SigningKey()).verifierKey
    }

    static func leaf(_ index: UInt64, in stream: StreamID, _ number: UInt64, record: [UInt8]? = [1]) throws -> LeafRow {
        LeafRow(
            index: index, leaf: try Leaf(entry: Random.bytes(Leaf.size)), stream: stream, number: number,
            record: record)
    }

    static func head(_ size: UInt64) -> LogHead {
        LogHead(
            size: size, frontier: [Random.value(), Random.value()], checkpoint: Random.bytes(80),
            time: Timestamp(seconds: 1_800_000_000 + size))
    }

    static func card(_ index: UInt64, issuer: VerifierKey?) -> CardRow {
        CardRow(note: Random.bytes(50), issuer: issuer, isWithdrawn: false, index: index, withdrawnIndex: nil)
    }

    static func matter() -> CaseRow {
        CaseRow(
            id: Random.value(), card: Random.bytes(50), owner: Random.value(), logKey: Random.bytes(60),
            recoveryID: Random.value(), recovery: Random.bytes(70))
    }

    static func item(of matter: CaseID, isOwnersAlone: Bool = false) -> ItemRow {
        ItemRow(
            id: Random.value(), caseID: matter, descriptionID: Random.value(), ingest: Random.bytes(50),
            contentHeader: Random.bytes(60), description: Random.bytes(70), isOwnersAlone: isOwnersAlone,
            isErased: false)
    }

    static func grant(
        below parent: NoteHash? = nil, isStanding: Bool = false, isApproved: Bool = true
    ) -> GrantRow {
        GrantRow(
            id: Random.value(), hash: Random.value(), parent: parent, isStanding: isStanding, note: Random.bytes(50),
            secret: Random.bytes(40), isApproved: isApproved, isRevoked: false, isExpired: false, openingsUsed: 0,
            index: 5)
    }

    static func texts() -> LentTexts { LentTexts(envelope: Random.bytes(60), list: Random.bytes(70)) }

    static func extended(_ grant: GrantID) -> ExtensionRow {
        ExtensionRow(
            id: Random.value(), grant: grant, hash: Random.value(), note: Random.bytes(50),
            secret: Random.bytes(40), index: 8)
    }

    static func erasure(of matter: CaseID, due: UInt64, _ index: UInt64) -> ErasureRow {
        ErasureRow(
            hash: Random.value(), caseID: matter, note: Random.bytes(50), due: Timestamp(seconds: due), index: index)
    }

    static func membership(of member: NoteHash, _ index: UInt64) -> MembershipRow {
        MembershipRow(
            hash: Random.value(), member: member, note: Random.bytes(50), isWithdrawn: false, index: index,
            withdrawnIndex: nil)
    }

    static func request(in stream: StreamID, isGranted: Bool = true) -> RequestRow {
        RequestRow(
            index: 9, number: 3, stream: stream, isGranted: isGranted, response: isGranted ? Random.bytes(80) : nil)
    }
}
