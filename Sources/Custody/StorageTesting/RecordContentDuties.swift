import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage

/// Duties of a store of records: what is read is what was written.
enum RecordContentDuties {
    static let all: [Duty<any RecordStore>] = [
        leaves, disclosures, cards, cases, items, descriptions, grants, expiry, requests, checkpoints,
    ]

    private static let leaves = Duty<any RecordStore>("leaves come back in order, by index and by stream") { open in
        let store = try open("leaves")
        let grant = StreamID.grant(Random.value())
        let rows = try [
            Samples.leaf(0, in: .vault, 1), Samples.leaf(1, in: grant, 1), Samples.leaf(2, in: .vault, 2),
            Samples.leaf(3, in: .matter(Random.value()), 1, record: nil), Samples.leaf(4, in: .vault, 3),
        ]
        try await store.transaction { records in for row in rows { try records.append(row) } }
        try await store.read { records in
            try require(try records.leaves(0..<5) == rows, "all of them")
            try require(try records.leaves(1..<3) == Array(rows[1..<3]), "a range")
            try require(try records.leaves(4..<UInt64.max) == [rows[4]], "a range beyond the end is cut")
            try require(try records.leaves(2..<2).isEmpty, "an empty range")
            let vault = [rows[0], rows[2], rows[4]]
            try require(try records.leaves(of: .vault, from: 0, limit: 9) == vault, "a stream")
            try require(try records.leaves(of: .vault, from: 2, limit: 1) == [rows[2]], "a page of it")
            try require(try records.leaves(of: .vault, from: UInt64.max, limit: 9).isEmpty, "a page beyond the end")
            try require(try records.newestNumber(of: .vault) == 3, "its newest number")
            try require(try records.newestNumber(of: .grant(Random.value())) == 0, "a stream without leaves")
        }
        let again = try Samples.leaf(4, in: .vault, 9)
        try require(try await code { try await store.transaction { try $0.append(again) } } == .conflict, "an index")
        let twice = try Samples.leaf(5, in: .vault, 3)
        try require(try await code { try await store.transaction { try $0.append(twice) } } == .conflict, "a number")
    }

    private static let disclosures = Duty<any RecordStore>("a note's first leaf in each stream is known") { open in
        let store = try open("disclosures")
        let (note, other): (NoteHash, StreamID) = (Random.value(), .grant(Random.value()))
        try await store.transaction { records in
            try require(try records.disclosure(of: note, in: .vault) == nil, "not yet")
            try records.setDisclosed(note, in: .vault, by: 7)
            try records.setDisclosed(note, in: .vault, by: 8)
            try require(try records.disclosure(of: note, in: .vault) == 7, "the first stays")
            try require(try records.disclosure(of: note, in: other) == nil, "not in another stream")
        }
    }

    private static let cards = Duty<any RecordStore>("cards come back, and their withdrawal with them") { open in
        let store = try open("cards")
        let (row, own) = (Samples.card(3, issuer: try Samples.key()), Samples.card(4, issuer: nil))
        let (hash, other): (NoteHash, NoteHash) = (Random.value(), Random.value())
        try await store.transaction { records in
            try records.insert(row, hash: hash)
            try records.insert(own, hash: other)
            try records.withdrawCard(hash, index: 9)
            var withdrawn = row
            (withdrawn.isWithdrawn, withdrawn.withdrawnIndex) = (true, 9)
            try require(try records.card(hash) == withdrawn, "a withdrawn one")
            try require(try records.card(other) == own, "another stays as it was")
            try require(try records.card(Random.value()) == nil, "an unknown one")
        }
    }

    private static let cases = Duty<any RecordStore>("cases come back by id and by recovery sheet") { open in
        let store = try open("cases")
        let (row, other) = (Samples.matter(), Samples.matter())
        try await store.transaction { records in
            try records.insert(row)
            try records.insert(other)
            try records.setCaseCard([1, 2], of: row.id)
            try records.setRecovery([3], of: row.id)
            var changed = row
            (changed.card, changed.recovery) = ([1, 2], [3])
            try require(try records.matter(row.id) == changed, "what was changed")
            try require(try records.matter(recovery: other.recoveryID) == other, "by recovery sheet")
            try require(try records.matter(Random.value()) == nil, "an unknown one")
            try require(Set(try records.matters().map(\.id)) == [row.id, other.id], "all")
        }
    }

    private static let items = Duty<any RecordStore>("items come back in order, page by page") { open in
        let store = try open("items")
        let (matter, key): (CaseID, VerifierKey) = (Random.value(), try Samples.key())
        let rows = (0..<5).map { _ in Samples.item(of: matter) }
        try await store.transaction { records in
            for row in rows {
                try records.insert(row)
                try records.insert(Samples.item(of: Random.value()))
            }
            try require(try records.item(rows[2].id) == rows[2], "by id")
            try require(try records.items(of: matter, after: nil, limit: 2) == Array(rows[..<2]), "the first page")
            try require(
                try records.items(of: matter, after: rows[1].id, limit: 9) == Array(rows[2...]), "the next page")
            try require(try records.signer(key, in: matter) == nil, "a signer without records")
            for sequence in 0..<2 as Range<UInt64> {
                let row = SignerRow(sequence: sequence, hash: Random.value())
                try records.setSigner(key, in: matter, row)
                try require(try records.signer(key, in: matter) == row, "a signer's newest record")
            }
        }
        let twin = ItemRow(
            id: Random.value(), caseID: matter, descriptionID: rows[0].descriptionID, ingest: [1], contentHeader: [1],
            description: [1], isErased: false)
        try require(try await code { try await store.transaction { try $0.insert(twin) } } == .conflict, "a twin")
    }

    private static let descriptions = Duty<any RecordStore>("items keep every description") { open in
        let store = try open("descriptions")
        let matter: CaseID = Random.value()
        let (row, other) = (Samples.item(of: matter), Samples.item(of: matter))
        let first = DescriptionRow(id: row.descriptionID, note: nil, file: row.description)
        let next = (0..<2).map { DescriptionRow(id: Random.value(), note: [$0, 1], file: [$0, 2]) }
        try await store.transaction { records in
            try records.insert(row)
            try records.insert(other)
            for description in next { try records.replaceDescription(of: row.id, by: description) }
            try require(try records.item(row.id) == row.described(by: next[1]), "the one that counts")
            for description in [first] + next {
                try require(try records.description(description.id, of: row.id) == description, "each by its id")
            }
            try require(try records.description(first.id, of: other.id) == nil, "not as another item's")
            try require(try records.item(other.id) == other, "another stays as it was")
        }
    }

    private static let grants = Duty<any RecordStore>("grants come back with what became of them") { open in
        let store = try open("grants")
        let (matter, card, item): (CaseID, NoteHash, AgeFileID) = (Random.value(), Random.value(), Random.value())
        let (row, other) = (Samples.grant(), Samples.grant())
        let files = [ListedKind.content, .description].map {
            ListedFile(kind: $0, item: item, id: Random.value(), part: Random.value(), capsule: Random.value())
        }
        let end = Timestamp(seconds: 100)
        try await store.transaction { records in
            try records.insert(row, Samples.texts(), of: matter, to: card, notAfter: end, files: files)
            try records.insert(other, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: [])
            try require(try records.grant(row.id) == row && records.grant(text: row.hash) == row, "by id and text")
            try require(try records.grants(to: card) == [row], "by recipient")
            try require(try records.grants(of: matter) == [row, other], "by case, oldest first")
            let listed = try records.listedFiles(row.id, item: item)
            try require(listed == [.content: files[0].id, .description: files[1].id], "its files")
            try require(try records.listedFiles(other.id, item: item).isEmpty, "not those of another")
            var changed = row
            (changed.secret, changed.isRevoked, changed.openingsUsed) = (nil, true, 3)
            try records.update(changed)
            try require(try records.grant(row.id) == changed, "what was changed")
            try require(try records.grant(other.id) == other, "another stays as it was")
        }
    }

    private static let expiry = Duty<any RecordStore>("grants past their window are found until they end") { open in
        let store = try open("expiry")
        let matter: CaseID = Random.value()
        try await store.transaction { records in
            var rows = (0..<4).map { _ in Samples.grant() }
            for (place, row) in rows.enumerated() {
                let end = Timestamp(seconds: 100 + UInt64(place))
                try records.insert(row, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: [])
            }
            let early = try records.grantsToExpire(at: Timestamp(seconds: 99))
            try require(early.isEmpty, "before the end")
            let due = try records.grantsToExpire(at: Timestamp(seconds: 102))
            try require(due == Array(rows[..<3]), "at the end, oldest end first")
            rows[0].isRevoked = true
            rows[1].isExpired = true
            for row in rows[..<2] { try records.update(row) }
            let left = try records.grantsToExpire(at: Timestamp(seconds: 102))
            try require(left == [rows[2]], "those that have ended are not found")
        }
    }

    private static let checkpoints = Duty<any RecordStore>("checkpoints that are kept stay as they were") { open in
        let store = try open("checkpoints")
        let notes: [UInt64: [UInt8]] = [1: [1], 7: [7, 7], 300: [3]]
        try await store.transaction { records in
            for (size, note) in notes { try records.keep(checkpoint: note, size: size) }
            try records.keep(checkpoint: [9], size: 7)
            try require(try records.checkpoints(sizes: 0...UInt64.max) == notes, "all of them")
        }
        try await store.read { records in
            try require(try records.checkpoints(sizes: 7...7) == [7: [7, 7]], "one by its size")
            try require(try records.checkpoints(sizes: 8...299).isEmpty, "none between")
        }
    }

    private static let requests = Duty<any RecordStore>("requests come back, responses until deleted") { open in
        let store = try open("requests")
        let (grant, other): (GrantID, GrantID) = (Random.value(), Random.value())
        let hashes: [NoteHash] = (0..<4).map { _ in Random.value() }
        let rows = (0..<4).map { _ in Samples.request(in: .grant(grant)) }
        try await store.transaction { records in
            for (place, row) in rows.enumerated() {
                try records.insert(row, hash: hashes[place], grant: place == 3 ? other : place == 2 ? nil : grant)
            }
            try require(try records.request(hashes[0]) == rows[0], "a request")
            try records.deleteResponse(hashes[0])
            try records.deleteResponse(Random.value())
            try require(try records.request(hashes[0])?.response == nil, "its response is gone")
            try require(try records.request(hashes[1]) == rows[1], "another's is not")
            try require(try records.waitingRequests(under: grant) == [hashes[1]], "what waits under a grant")
            try require(try records.waitingRequests(under: other) == [hashes[3]], "what waits under another")
            try require(try records.waitingRequests(under: Random.value()) == [], "nothing waits under no grant")
            let refused = Samples.request(in: .vault, isGranted: false)
            try records.update(refused, hash: hashes[3])
            try require(try records.request(hashes[3]) == refused, "what was changed")
        }
        let again = rows[0]
        let outcome = try await code {
            try await store.transaction { try $0.insert(again, hash: hashes[0], grant: nil) }
        }
        try require(outcome == .conflict, "a request is decided once")
    }
}
