import AgeFile
import Sharing
import SignedNote
import Sodium
import Storage

/// Duties of a store of records: chains of grants, extensions and memberships.
enum LendingDuties {
    static let all: [Duty<any RecordStore>] = [chains, waiting, extensions, unlisted, memberships]

    private static func files(of item: AgeFileID) -> [ListedFile] {
        [ListedKind.content, .description].map {
            ListedFile(kind: $0, item: item, id: Random.value(), part: Random.value(), capsule: Random.value())
        }
    }

    private static let end = Timestamp(seconds: 100)

    private static let chains = Duty<any RecordStore>("grants below others are found by the one above") { open in
        let store = try open("chains")
        let matter: CaseID = Random.value()
        let root = Samples.grant()
        let children = (0..<2).map { _ in Samples.grant(below: root.hash) }
        let deep = Samples.grant(below: children[0].hash)
        try await store.transaction { records in
            for row in [root] + children + [deep] {
                try records.insert(row, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: [])
            }
            try require(try records.grants(under: root.hash) == children, "directly below, oldest first")
            try require(try records.grants(under: children[0].hash) == [deep], "a layer further")
            try require(try records.grants(under: deep.hash).isEmpty, "nothing below the last")
            try require(try records.grant(children[1].id) == children[1], "what it hangs below comes back")
        }
    }

    private static let waiting = Duty<any RecordStore>("grants wait until they are answered or end") { open in
        let store = try open("waiting")
        let matter: CaseID = Random.value()
        let given = (0..<5).map { _ in Samples.grant(isApproved: false) }
        let other = Samples.grant(isApproved: false)
        try await store.transaction { records in
            var rows = given
            for row in rows {
                try records.insert(row, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: [])
            }
            try records.insert(other, Samples.texts(), of: Random.value(), to: Random.value(), notAfter: end, files: [])
            try require(try records.grantsWaiting(of: matter) == rows, "all of the case, oldest first")
            rows[0].isApproved = true
            rows[1].isDeclined = true
            rows[2].isRevoked = true
            rows[3].isExpired = true
            for row in rows { try records.update(row) }
            try require(try records.grantsWaiting(of: matter) == [rows[4]], "those that still wait")
            try require(try records.grant(rows[1].id) == rows[1], "a declined one")
            let due = try records.grantsToExpire(at: Timestamp(seconds: 100)).map(\.id)
            try require(Set(due) == [rows[0].id, rows[4].id, other.id], "what was declined does not expire")
        }
    }

    private static let extensions = Duty<any RecordStore>("extensions come back, and which one lists a file") { open in
        let store = try open("extensions")
        let (matter, items): (CaseID, [AgeFileID]) = (Random.value(), [Random.value(), Random.value()])
        let (standing, fixed) = (Samples.grant(isStanding: true), Samples.grant())
        let (own, added) = (files(of: items[0]), files(of: items[1]))
        let row = Samples.extended(standing.id)
        try await store.transaction { records in
            try records.insert(standing, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: own)
            try records.insert(fixed, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: [])
            try records.insert(row, Samples.texts(), files: added)
            try require(try records.standingGrants(of: matter) == [standing], "standing ones alone")
            try require(try records.grantExtension(row.id) == row, "by its id")
            try require(try records.grantExtension(standing.id) == nil, "a grant is none")
            try require(try records.grantExtensions(of: standing.id) == [row], "of a grant")
            let listed = try records.listedFiles(standing.id, item: items[1])
            try require(listed == [.content: added[0].id, .description: added[1].id], "its files are the grant's")
            for file in added {
                let found = try records.grantExtension(of: standing.id, listing: file.id, item: items[1])
                try require(found == row.id, "the extension that lists a file")
            }
            let none = try records.grantExtension(of: standing.id, listing: own[0].id, item: items[0])
            try require(none == nil, "the grant's own list")
            try records.deleteExtensionSecrets(of: fixed.id)
            try require(try records.grantExtension(row.id) == row, "secrets of another grant stay")
            try records.deleteExtensionSecrets(of: standing.id)
            try require(try records.grantExtension(row.id)?.secret == nil, "its own are gone")
            var ended = standing
            ended.isRevoked = true
            try records.update(ended)
            try require(try records.standingGrants(of: matter).isEmpty, "one that has ended")
        }
        let again = row
        let outcome = try await code {
            try await store.transaction { try $0.insert(again, Samples.texts(), files: []) }
        }
        try require(outcome == .conflict, "an id stands once")
    }

    private static let unlisted = Duty<any RecordStore>("items that a grant lacks are counted") { open in
        let store = try open("unlisted")
        let matter: CaseID = Random.value()
        let grant = Samples.grant(isStanding: true)
        let items = (0..<3).map { _ in Samples.item(of: matter) }
        try await store.transaction { records in
            for item in items { try records.insert(item) }
            try records.insert(Samples.item(of: matter, isOwnersAlone: true))
            try records.insert(Samples.item(of: Random.value()))
            try records.insert(
                grant, Samples.texts(), of: matter, to: Random.value(), notAfter: end, files: files(of: items[0].id))
            try require(try records.unlistedCount(in: grant.id, of: matter) == 2, "not those for the owner alone")
            try records.insert(Samples.extended(grant.id), Samples.texts(), files: files(of: items[1].id))
            try require(try records.unlistedCount(in: grant.id, of: matter) == 1, "an extension lists too")
        }
    }

    private static let memberships = Duty<any RecordStore>("memberships come back by text and by member") { open in
        let store = try open("memberships")
        let (member, other): (NoteHash, NoteHash) = (Random.value(), Random.value())
        let rows = [Samples.membership(of: member, 3), Samples.membership(of: member, 7)]
        let third = Samples.membership(of: other, 5)
        try await store.transaction { records in
            for row in [rows[0], third, rows[1]] { try records.insert(row) }
            try require(try records.memberships(of: member) == rows, "of a member, oldest first")
            try require(try records.membership(third.hash) == third, "by its text")
            try require(try records.membership(Random.value()) == nil, "an unknown one")
            try records.withdrawMembership(rows[0].hash, index: 9)
            var withdrawn = rows[0]
            (withdrawn.isWithdrawn, withdrawn.withdrawnIndex) = (true, 9)
            try require(try records.membership(rows[0].hash) == withdrawn, "a withdrawn one")
            try require(try records.membership(rows[1].hash) == rows[1], "another stays as it was")
        }
    }
}
