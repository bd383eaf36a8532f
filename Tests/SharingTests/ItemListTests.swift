import AgeFile
import MerkleTree
import SignedNote
import Sodium
import Testing

@testable import Sharing

@Suite struct ItemListTests {
    private func hiding(_ indices: Set<Int>, of list: ItemList) -> ItemList {
        ItemList(
            grantID: list.grantID,
            entries: list.entries.enumerated().map { indices.contains($0) ? .hidden($1.hash) : $1 })
    }

    private func adding(_ entry: ItemList.Entry, to list: ItemList) -> ItemList {
        ItemList(grantID: list.grantID, entries: list.entries + [entry])
    }

    @Test func rootIsTheTreeOverTheEntryLines() throws {
        let list = try World().list()
        var leaves: [TreeHash] = []
        for line in text(list.text).split(separator: "\n").dropFirst(2) {
            leaves.append(TreeHash.leaf([UInt8](line.dropFirst("entry ".count).utf8)))
        }
        #expect(leaves.count == 4)
        #expect(
            list.root == .node(.node(leaves[0], leaves[1]), .node(leaves[2], leaves[3])))
    }

    @Test func emptyListHasTheEmptyTreesRoot() throws {
        let list = ItemList(grantID: fixed("grant"), entries: [])
        #expect(list.root.bytes == SHA256.hash([]).bytes)
        #expect(try ItemList(parsing: list.text) == list)
    }

    @Test func hiddenEntriesKeepRootAndSize() throws {
        let world = try World()
        let (list, grant) = (try world.list(), try world.grant().body)
        for hidden in 0..<16 {
            let indices = Set((0..<4).filter { hidden >> $0 & 1 == 1 })
            let part = hiding(indices, of: list)
            #expect(part.root == list.root)
            #expect(part.belongs(to: grant))
            #expect(part.files.count == 4 - indices.count)
            #expect(try ItemList(parsing: part.text) == part)
            for index in indices { #expect(!part.text.contains(list.files[index])) }
        }
    }

    @Test func anyOtherListDoesNotBelongToTheGrant() throws {
        let world = try World()
        let (list, grant) = (try world.list(), try world.grant().body)
        #expect(list.belongs(to: grant))
        #expect(!ItemList(grantID: fixed("grant 2"), entries: list.entries).belongs(to: grant))
        #expect(!ItemList(grantID: list.grantID, entries: list.entries.reversed()).belongs(to: grant))
        #expect(!ItemList(grantID: list.grantID, entries: [ItemList.Entry](list.entries.dropLast())).belongs(to: grant))
        #expect(!adding(list.entries[0], to: list).belongs(to: grant))
        #expect(!adding(.hidden(fixed("entry")), to: list).belongs(to: grant))
        // One entry that is an inner node of the tree gives the same root, with another size.
        let hashes = list.entries.map(\.hash)
        let folded = ItemList(
            grantID: list.grantID,
            entries: [.hidden(.node(hashes[0], hashes[1])), .hidden(.node(hashes[2], hashes[3]))])
        #expect(folded.root == list.root)
        #expect(!folded.belongs(to: grant))
    }

    @Test func everyAlteredFieldChangesTheRoot() throws {
        let list = try World().list()
        let file = list.files[1]
        let altered = [
            ListedFile(kind: .content, item: file.item, id: file.id, part: file.part, capsule: file.capsule),
            ListedFile(kind: file.kind, item: fixed("x"), id: file.id, part: file.part, capsule: file.capsule),
            ListedFile(kind: file.kind, item: file.item, id: fixed("x"), part: file.part, capsule: file.capsule),
            ListedFile(kind: file.kind, item: file.item, id: file.id, part: fixed("x"), capsule: file.capsule),
            ListedFile(kind: file.kind, item: file.item, id: file.id, part: file.part, capsule: fixed("x")),
        ]
        for other in altered {
            var entries = list.entries
            entries[1] = .file(other)
            #expect(ItemList(grantID: list.grantID, entries: entries).root != list.root)
        }
    }

    @Test func fileThatStandsTwiceIsRefused() throws {
        let list = try World().list()
        #expect(code { _ = try ItemList(parsing: adding(list.entries[0], to: list).text) } == .malformedValue)
        let file = list.files[0]
        let again = ListedFile(kind: .description, item: file.item, id: file.id, part: fixed("x"), capsule: fixed("y"))
        #expect(code { _ = try ItemList(parsing: adding(.file(again), to: list).text) } == .malformedValue)
        #expect(throws: Never.self) { try ItemList(parsing: adding(.hidden(list.entries[0].hash), to: list).text) }
    }

    @Test func contentOfAnotherItemIsRefused() throws {
        let list = try World().list()
        let file = list.files[0]
        let odd = ListedFile(kind: .content, item: file.item, id: fixed("x"), part: file.part, capsule: file.capsule)
        #expect(code { _ = try ItemList(parsing: adding(.file(odd), to: list).text) } == .malformedValue)
        let text = ItemList(grantID: list.grantID, entries: [.file(list.files[1])]).text
        #expect(throws: Never.self) { try ItemList(parsing: text) }
    }

    @Test func malformedEntriesAreRefused() throws {
        let list = try World().list()
        let line = text(list.files[0].entry)
        let hash = String(repeating: "0", count: 64)
        let malformed = [
            "video" + line.dropFirst("content".count), line + " 00", String(line.dropLast()), line + "0",
            line.replacingOccurrences(of: " ", with: "  "), line.uppercased(), "hidden", "hidden \(hash)0",
            "hidden \(hash.dropLast())", "hidden  \(hash)", "hidden \(hash) \(hash)", "HIDDEN \(hash)", "hidden\(hash)",
            "content", "hidden " + String(repeating: "A", count: 64), "none",
        ]
        for entry in malformed {
            let text = bytes("bevis.example/item-list/v1\ngrant \(hash)\nentry \(entry)\n")
            #expect(code { _ = try ItemList(parsing: text) } == .malformedValue, "\(entry)")
        }
        let sound = bytes("bevis.example/item-list/v1\ngrant \(hash)\nentry hidden \(hash)\nentry \(line)\n")
        #expect(try ItemList(parsing: sound).text == sound)
    }
}

extension [UInt8] {
    fileprivate func contains(_ file: ListedFile) -> Bool { text(self).contains(text(file.part.hex)) }
}

extension String {
    fileprivate func replacingOccurrences(of target: Character, with replacement: String) -> String {
        split(separator: target, omittingEmptySubsequences: false).joined(separator: replacement)
    }
}

@Suite struct EnvelopeTests {
    private let world: World

    init() throws { world = try World() }

    private func envelope(
        grantID: GrantID? = nil, from: NoteHash? = nil, to: NoteHash? = nil, purpose: String = "Statusmøde, sag 12",
        list: ItemList? = nil, capsules: [Capsule]? = nil
    ) throws -> RecipientEnvelope {
        let sound = try world.recipientEnvelope()
        return RecipientEnvelope(
            grantID: grantID ?? sound.grantID, from: from ?? sound.from, to: to ?? sound.to,
            purpose: try plain(purpose),
            logKey: sound.logKey, list: list ?? sound.list, capsules: capsules ?? sound.capsules,
            ingestRecords: sound.ingestRecords)
    }

    @Test func recipientsEnvelopeThatDiffersFromTheNoteIsRefused() throws {
        let grant = try world.grant().body
        let capsules = try world.capsules()
        let list = try world.list()
        #expect(try envelope().belongs(to: grant))
        #expect(try !envelope(grantID: fixed("grant 2")).belongs(to: grant))
        #expect(try !envelope(from: fixed("card")).belongs(to: grant))
        #expect(try !envelope(to: fixed("card")).belongs(to: grant))
        #expect(try !envelope(purpose: "Andet").belongs(to: grant))
        #expect(try !envelope(list: ItemList(grantID: world.gid, entries: [])).belongs(to: grant))
        #expect(try !envelope(capsules: capsules.reversed()).belongs(to: grant))
        #expect(try !envelope(capsules: [Capsule](capsules.dropLast())).belongs(to: grant))
        #expect(try !envelope(capsules: capsules + [capsules[0]]).belongs(to: grant))
        #expect(try !envelope(capsules: []).belongs(to: grant))
        let other = ItemList(grantID: fixed("grant 2"), entries: list.entries)
        #expect(try !envelope(list: other).belongs(to: grant))
    }

    @Test func hiddenEntriesHaveNoCapsule() throws {
        let list = try world.list()
        let hidden = ItemList(
            grantID: list.grantID, entries: [.hidden(list.entries[0].hash)] + list.entries.dropFirst())
        let capsules = try world.capsules()
        let sound = try envelope(list: hidden, capsules: [Capsule](capsules.dropFirst()))
        #expect(try sound.belongs(to: world.grant().body))
        #expect(try RecipientEnvelope(parsing: sound.text).text == sound.text)
        #expect(code { _ = try RecipientEnvelope(parsing: envelope(list: hidden).text) } == .malformedValue)
    }

    @Test func custodiansEnvelopeThatDiffersFromTheNoteIsRefused() throws {
        let grant = try world.grant().body
        let sound = try world.custodianEnvelope()
        let other = try signer("other.example").verifierKey
        func altered(
            grantID: GrantID? = nil, from: NoteHash? = nil, custodian: VerifierKey? = nil, purpose: PlainText? = nil,
            list: ItemList? = nil
        ) -> CustodianEnvelope {
            CustodianEnvelope(
                grantID: grantID ?? sound.grantID, from: from ?? sound.from, custodian: custodian ?? sound.custodian,
                purpose: purpose ?? sound.purpose, secret: sound.secret, list: list ?? sound.list)
        }
        #expect(sound.belongs(to: grant))
        #expect(!altered(grantID: fixed("grant 2")).belongs(to: grant))
        #expect(!altered(from: fixed("card")).belongs(to: grant))
        #expect(!altered(custodian: other).belongs(to: grant))
        #expect(!altered(purpose: try plain("Andet")).belongs(to: grant))
        #expect(!altered(list: ItemList(grantID: world.gid, entries: [])).belongs(to: grant))
    }

    /// A grantor that gives a wrong share is caught when the custodian takes the grant.
    @Test func partsThatDoNotFollowFromTheSecretAreFound() throws {
        let sound = try world.custodianEnvelope()
        #expect(sound.partsMatch)
        func taking(_ secret: GrantSecret, _ entries: [ItemList.Entry]) -> Bool {
            CustodianEnvelope(
                grantID: sound.grantID, from: sound.from, custodian: sound.custodian, purpose: sound.purpose,
                secret: secret, list: ItemList(grantID: sound.grantID, entries: entries)
            ).partsMatch
        }
        #expect(!taking(try GrantSecret(fixedSecret("another secret")), sound.list.entries))
        for (index, file) in sound.list.files.enumerated() {
            // An entry made for another grant under the same secret, and one of another file.
            let others: [Digest] = [
                sound.secret.part(for: file.id, in: fixed("grant 2")).hash(for: file.id, in: fixed("grant 2")),
                sound.secret.part(for: fixed("x"), in: world.gid).hash(for: fixed("x"), in: world.gid), fixed("part"),
            ]
            for part in others {
                var entries = sound.list.entries
                entries[index] = .file(
                    ListedFile(kind: file.kind, item: file.item, id: file.id, part: part, capsule: file.capsule))
                #expect(!taking(sound.secret, entries))
            }
        }
    }

    @Test func secretsOfOtherLengthsAreRefused() throws {
        let lines = text(try world.custodianEnvelope().text).split(separator: "\n").map(String.init)
        for count in [0, 31, 33, 64] {
            var altered = lines
            altered[5] = "secret " + text(Base64.encode([UInt8](repeating: 1, count: count), .padded))
            let bytes = SharingTests.bytes(altered.joined(separator: "\n") + "\n")
            #expect(throws: NoteError.self, "\(count)") { try CustodianEnvelope(parsing: bytes) }
        }
    }
}
