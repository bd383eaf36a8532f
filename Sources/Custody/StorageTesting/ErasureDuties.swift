import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage

/// Duties of a store of records: what is to be erased, and that what was erased is no longer read.
enum ErasureDuties {
    static let all: [Duty<any RecordStore>] = [waiting, items, lists, cases, settings, rewriting]

    private static let waiting = Duty<any RecordStore>("erasures wait until they are deleted, by case and by time") {
        open in
        let store = try open("erasures")
        let (matter, other): (CaseID, CaseID) = (Random.value(), Random.value())
        let rows = [
            Samples.erasure(of: matter, due: 300, 1), Samples.erasure(of: other, due: 100, 2),
            Samples.erasure(of: matter, due: 200, 3),
        ]
        try await store.transaction { records in
            for row in rows { try records.insert(row) }
            try require(try records.erasures(of: matter) == [rows[0], rows[2]], "of a case, oldest first")
            try require(try records.erasure(rows[1].hash) == rows[1], "by its text")
            try require(try records.erasure(Random.value()) == nil, "an unknown one")
            try require(try records.erasures(dueAt: Timestamp(seconds: 99)).isEmpty, "before any is due")
            let due = try records.erasures(dueAt: Timestamp(seconds: 200))
            try require(due == [rows[1], rows[2]], "those that are due, the earliest first")
            try records.deleteErasure(rows[1].hash)
            try require(try records.erasures(of: other).isEmpty, "one that was deleted")
        }
        let again = rows[0]
        try require(try await code { try await store.transaction { try $0.insert(again) } } == .conflict, "a twin")
    }

    private static let items = Duty<any RecordStore>("of an erased item its id stays, and that it was erased") { open in
        let store = try open("erased items")
        let matter: CaseID = Random.value()
        let (row, other) = (Samples.item(of: matter), Samples.item(of: matter))
        let newer = DescriptionRow(id: Random.value(), note: [1, 2], file: [3, 4])
        let grant = Samples.grant()
        let files = [row, other].flatMap { item in
            [ListedKind.content, .description].map { kind in
                ListedFile(
                    kind: kind, item: item.id, id: kind == .content ? item.id : item.descriptionID,
                    part: Random.value(), capsule: Random.value())
            }
        }
        try await store.transaction { records in
            try records.insert(row)
            try records.insert(other)
            try records.replaceDescription(of: row.id, by: newer)
            try records.insert(
                grant, Samples.texts(), of: matter, to: Random.value(), notAfter: Timestamp(seconds: 100), files: files)
            try require(
                try records.earlierDescriptions(of: row.id).map(\.id) == [row.descriptionID], "before the newest")
            try require(try records.grants(of: matter, listing: row.id) == [grant], "what lists it")
            try require(try records.grants(of: matter, listing: Random.value()).isEmpty, "what lists another")
            try require(try records.erasedItems(in: grant.id).isEmpty, "nothing is erased yet")
            try records.erase(item: row.id)
            let left = try records.item(row.id)
            try require(left?.isErased == true && left?.caseID == matter, "the item is known")
            try require(
                left?.ingest == [] && left?.contentHeader == [] && left?.description == []
                    && left?.newDescription == nil, "nothing else of it is")
            try require(left?.descriptionID != newer.id, "nor its description's id")
            try require(try records.earlierDescriptions(of: row.id).isEmpty, "nor what it was called before")
            try require(try records.description(newer.id, of: row.id) == nil, "nor what it was called last")
            try require(try records.item(other.id) == other, "another stays as it was")
            try require(try records.items(of: matter, after: row.id, limit: 9) == [other], "it keeps its place")
            try require(try records.erasedItems(in: grant.id) == [row.id], "the grant that lists it is told")
            try require(try records.listedFiles(grant.id, item: row.id) == [.content: row.id], "its content's id")
            try require(try records.listedFiles(grant.id, item: other.id).count == 2, "another's files")
            try require(try records.unlistedCount(in: grant.id, of: matter) == 0, "no grant lacks it")
            try require(try records.objectsToDestroy() == [row.id], "its object is to be destroyed")
            try records.deleteObjectToDestroy(row.id)
            try require(try records.objectsToDestroy().isEmpty, "and was")
        }
        let twin = row
        try require(
            try await code { try await store.transaction { try $0.insert(twin) } } == .conflict, "it does not come back"
        )
    }

    private static let lists = Duty<any RecordStore>("records and item lists are replaced one by one") { open in
        let store = try open("replaced")
        let (grant, other) = (Samples.grant(isStanding: true), Samples.grant())
        let (more, texts) = (Samples.extended(grant.id), Samples.texts())
        let leaves = [try Samples.leaf(0, in: .vault, 1), try Samples.leaf(1, in: .vault, 2)]
        try await store.transaction { records in
            for leaf in leaves { try records.append(leaf) }
            for row in [grant, other] {
                try records.insert(
                    row, texts, of: Random.value(), to: Random.value(), notAfter: Timestamp(seconds: 9), files: [])
            }
            try records.insert(more, Samples.texts(), files: [])
            try records.setRecord([7], at: 1)
            try records.setList([8], of: grant.id)
            try records.setList([9], of: more.id)
            let rows = try records.leaves(0..<2)
            try require(rows[0] == leaves[0] && rows[1].record == [7] && rows[1].leaf == leaves[1].leaf, "a record")
            try require(try records.positions(of: .vault) == [0, 1], "the places of a stream")
            try require(try records.lentTexts(grant.id)?.list == [8], "a grant's list")
            try require(try records.lentTexts(other.id) == texts, "and no other's")
            try require(try records.lentTexts(more.id)?.list == [9], "an extension's list")
            let lists = try records.itemLists(from: 6, limit: 9)
            try require(lists == [ListRow(id: more.id, list: [9], index: 8)], "lists from a leaf on")
            try require(try records.itemLists(from: 0, limit: 2).map(\.index) == [5, 5], "so many, oldest first")
        }
    }

    private static let cases = Duty<any RecordStore>("of an erased case its leaves stay, and nothing that they tell of")
    {
        open in
        let store = try open("erased cases")
        let (gone, kept) = (try Whole(0), try Whole(4))
        try await store.transaction { records in
            for whole in [gone, kept] { try whole.insert(into: records) }
            try records.erase(ErasedCaseRow(id: gone.matter.id, opened: 40, erased: 41))
            try require(
                try records.erasedMatter(gone.matter.id) == ErasedCaseRow(id: gone.matter.id, opened: 40, erased: 41),
                "that it was erased is known")
            try require(
                try records.erasedMatters().count == 1 && records.erasedMatter(kept.matter.id) == nil, "no other")
            try require(try !gone.isAnythingLeft(in: records), "nothing of it is read")
            let rows = try records.leaves(0..<4)
            try require(rows.map(\.leaf) == gone.leaves.map(\.leaf), "its leaves stay")
            try require(rows.allSatisfy { $0.record == nil && $0.stream == nil }, "as leaves of no stream")
            try require(try records.objectsToDestroy() == [gone.item.id], "its object is to be destroyed")
            try require(try kept.isWhole(in: records), "another case is whole")
        }
        let again = ErasedCaseRow(id: gone.matter.id, opened: 1, erased: 2)
        try require(try await code { try await store.transaction { try $0.erase(again) } } == .conflict, "once only")
    }

    private static let settings = Duty<any RecordStore>("values go by the beginning of their names") { open in
        let store = try open("prefixes")
        try await store.transaction { records in
            for name in ["a-1", "a-12", "a%2", "b-1"] { try records.setSetting(name, [1]) }
            try records.deleteSettings(startingWith: "a-1")
            try require(try records.setting("a-1") == nil && records.setting("a-12") == nil, "those that begin so")
            try records.deleteSettings(startingWith: "a_")
            try require(try records.setting("a%2") == [1] && records.setting("b-1") == [1], "no others")
        }
    }

    private static let rewriting = Duty<any RecordStore>("writing all anew changes nothing that is read") { open in
        let store = try open("anew")
        let whole = try Whole(0)
        try await store.transaction { try whole.insert(into: $0) }
        try await store.rewrite()
        try require(try await store.read { try whole.isWhole(in: $0) }, "before and after")
        try await store.transaction { try $0.setSetting("next", [1]) }
        try require(try await store.read { try $0.setting("next") } == [1], "and it goes on")
    }
}

/// Something of everything in one case.
private struct Whole {
    let matter = Samples.matter()
    let item: ItemRow
    let earlier: DescriptionRow
    let grant = Samples.grant(isStanding: true)
    let more: ExtensionRow
    let leaves: [LeafRow]
    let request: (hash: NoteHash, row: RequestRow)
    let erasure: ErasureRow
    let signer: VerifierKey
    let note: NoteHash = Random.value()

    /// - Parameter first: the index of its first leaf.
    init(_ first: UInt64) throws {
        item = Samples.item(of: matter.id)
        earlier = DescriptionRow(id: Random.value(), note: [5], file: [6])
        more = Samples.extended(grant.id)
        leaves = [
            try Samples.leaf(first, in: .matter(matter.id), 1), try Samples.leaf(first + 1, in: .grant(grant.id), 1),
            try Samples.leaf(first + 2, in: .grant(grant.id), 2),
            try Samples.leaf(first + 3, in: .matter(matter.id), 2),
        ]
        request = (Random.value(), Samples.request(in: .grant(grant.id)))
        erasure = Samples.erasure(of: matter.id, due: 9, first)
        signer = try Samples.key()
    }

    func insert(into records: any RecordTransaction) throws {
        try records.insert(matter)
        try records.insert(item)
        try records.replaceDescription(of: item.id, by: earlier)
        try records.setSigner(signer, in: matter.id, SignerRow(sequence: 1, hash: Random.value()))
        let file = ListedFile(
            kind: .content, item: item.id, id: item.id, part: Random.value(), capsule: Random.value())
        try records.insert(
            grant, Samples.texts(), of: matter.id, to: Random.value(), notAfter: Timestamp(seconds: 100), files: [file])
        try records.insert(more, Samples.texts(), files: [])
        for leaf in leaves { try records.append(leaf) }
        try records.setDisclosed(note, in: .matter(matter.id), by: leaves[0].index)
        try records.insert(request.row, hash: request.hash, grant: grant.id)
        try records.insert(erasure)
    }

    func isWhole(in records: any RecordReader) throws -> Bool {
        let rows = try records.leaves(leaves[0].index..<leaves[0].index + 4)
        return try rows == leaves && records.matter(matter.id) == matter && records.item(item.id)?.isErased == false
            && records.grant(grant.id) == grant && records.grantExtension(more.id) == more
            && records.request(request.hash) == request.row && records.erasure(erasure.hash) == erasure
            && records.signer(signer, in: matter.id) != nil && records.earlierDescriptions(of: item.id).count == 1
            && records.disclosure(of: note, in: .matter(matter.id)) == leaves[0].index
            && records.listedFiles(grant.id, item: item.id).count == 1
    }

    func isAnythingLeft(in records: any RecordReader) throws -> Bool {
        let streams = [StreamID.matter(matter.id), .grant(grant.id)]
        return try records.matter(matter.id) != nil || records.matter(recovery: matter.recoveryID) != nil
            || records.item(item.id) != nil || records.grant(grant.id) != nil
            || records.grantExtension(more.id) != nil || records.request(request.hash) != nil
            || records.erasure(erasure.hash) != nil || records.signer(signer, in: matter.id) != nil
            || !records.earlierDescriptions(of: item.id).isEmpty
            || !records.listedFiles(grant.id, item: item.id).isEmpty
            || streams.contains { try !records.positions(of: $0).isEmpty || records.newestNumber(of: $0) != 0 }
            || records.disclosure(of: note, in: streams[0]) != nil
    }
}
