import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// What is wrong with leaves, records and streams.
@Suite struct LeafTests {
    private func played() throws -> Scene {
        let scene = try Scene()
        try scene.play()
        return scene
    }

    @Test func everyFlippedByteOfARecordIsFound() throws {
        let scene = try played()
        let sealed = try #require(scene.log.records[9])
        // Every byte of the age file counts: its header has a MAC, its payload a tag.
        for position in stride(from: 0, to: sealed.count, by: 7) {
            var changed = sealed
            changed[position] ^= 1
            scene.log.records[9] = changed
            #expect(scene.log.findings().map(\.kind).contains(.recordUnreadable), "byte \(position)")
        }
    }

    @Test func everyFlippedByteOfAnEntryIsFound() throws {
        let scene = try played()
        let entry = scene.log.entries[9]
        for position in 0..<48 {
            scene.log.entries[9] = entry
            scene.log.entries[9][position] ^= 0x80
            let kinds = scene.log.findings().map(\.kind)
            #expect(kinds.contains(position < 16 ? .foreignLeaf : .recordDiffers), "byte \(position)")
        }
    }

    @Test func withheldRecordIsIncomplete() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], .list)
        scene.log.records[Int(scene.log.size) - 1] = nil
        #expect(scene.log.findings().map(\.kind) == [.recordWithheld])
        #expect(scene.log.findings().map(\.severity) == [.incomplete])
    }

    @Test(arguments: 0..<15) func whateverIsWithheldNothingIsCalledAltered(place: Int) throws {
        let scene = try played()
        scene.log.records[place] = nil
        let replay = scene.log.replay()
        #expect(replay.counts.altered == 0)
        #expect(replay.findings.contains { $0.kind == .recordWithheld && $0.index == UInt64(place) })
    }

    @Test func withheldRecordDoesNotExcuseAnOpeningAfterRevocation() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.withdraw(scene.owner)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        scene.log.records[Int(scene.log.size) - 2] = nil
        let found = scene.log.findings().filter { $0.kind == .grantedAgainstRules }
        #expect(found.map(\.severity) == [.ruleBroken])
    }

    @Test func withheldRevocationMayExplainARefusal() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], failures: [.revoked])
        scene.log.records[Int(scene.log.size) - 2] = nil
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.recordWithheld, .refusedAgainstRules])
        #expect(findings.map(\.severity) == [.incomplete, .incomplete])
    }

    @Test func swappedRecordsAreFound() throws {
        let scene = try played()
        // Two of one stream open with one key, and still belong to their own leaves.
        scene.log.records.swapAt(4, 5)
        #expect(scene.log.findings().map(\.kind).prefix(2) == [.recordDiffers, .recordDiffers])
    }

    @Test func recordOfAnotherStreamIsFound() throws {
        let scene = try played()
        scene.log.records.swapAt(0, 5)
        #expect(scene.log.findings().map(\.kind).contains(.recordUnreadable))
    }

    @Test func skippedNumberIsFound() throws {
        let scene = try Scene()
        scene.log.setNumber(.matter(scene.matter.id), scene.log.number(.matter(scene.matter.id)) + 1)
        try scene.log.item(scene.matter)
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.numberSkipped])
        #expect(findings.map(\.severity) == [.altered])
    }

    @Test(arguments: [UInt64(2), 63]) func farSkipsAreFound(width: UInt64) throws {
        let scene = try Scene()
        scene.log.setNumber(.vault, scene.log.number(.vault) + width)
        _ = try scene.log.person("Late")
        #expect(scene.log.findings().map(\.kind) == [.numberSkipped])
    }

    @Test func repeatedNumberIsFound() throws {
        let scene = try Scene()
        scene.log.setNumber(.matter(scene.matter.id), scene.log.number(.matter(scene.matter.id)) - 1)
        try scene.log.item(scene.matter)
        #expect(scene.log.findings().map(\.kind) == [.numberRepeated])
    }

    @Test func numbersOutOfOrderAreFound() throws {
        let scene = try Scene()
        let number = scene.log.number(.matter(scene.matter.id))
        scene.log.setNumber(.matter(scene.matter.id), number + 1)
        try scene.log.item(scene.matter)
        scene.log.setNumber(.matter(scene.matter.id), number)
        try scene.log.item(scene.matter)
        #expect(scene.log.findings().map(\.kind) == [.numberSkipped, .numberLate])
    }

    @Test func leafThatBelongsToNoStreamIsFound() throws {
        let scene = try Scene()
        let leaf = Leaf(tag: StreamKey.random().tag(1), commitment: Random.value())
        scene.log.append(leaf: leaf, sealed: nil)
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.foreignLeaf])
        #expect(findings.first?.severity == .ruleBroken)
    }

    @Test func recordThatNamesAnotherNumberIsFound() throws {
        let scene = try Scene()
        let record = Record(
            stream: .vault, number: 99, time: scene.log.time, event: .verified, actor: nil, notes: [])
        let disclosed = DisclosedRecord(record: record, salt: Random.value(), notes: [])
        let tag = scene.log.vaultKey.tag(scene.log.number(.vault) + 1)
        scene.log.append(
            leaf: Leaf(tag: tag, commitment: disclosed.leaf(in: scene.log.vaultKey).commitment),
            sealed: try disclosed.sealed(to: scene.log.vaultKey))
        #expect(scene.log.findings().map(\.kind) == [.recordMisplaced])
    }

    @Test func timeThatRunsBackwardsIsFound() throws {
        let scene = try Scene()
        scene.log.now -= 1
        _ = try scene.log.person("Early")
        #expect(scene.log.findings().map(\.kind) == [.timeBackwards])
    }

    @Test func eventInAForeignStreamIsFound() throws {
        let scene = try Scene()
        let person = try scene.log.person("Hidden", registers: false)
        try scene.log.append(
            .cardAdded, in: .matter(scene.matter.id), by: person.hash, notes: [LogFixture.Named(person.card)])
        #expect(scene.log.findings().map(\.kind) == [.recordInconsistent])
    }

    @Test func noteThatNoRecordNamesIsFound() throws {
        let scene = try Scene()
        let person = try scene.log.person("Hidden", registers: false)
        let other = try scene.log.person("Other", registers: false)
        let record = Record(
            stream: .vault, number: scene.log.number(.vault) + 1, time: scene.log.time, event: .cardAdded,
            actor: person.hash, notes: [person.hash])
        try scene.log.append(record, notes: [other.card.bytes])
        #expect(scene.log.findings().map(\.kind) == [.noteMalformed])
    }

    @Test func withheldNoteIsIncomplete() throws {
        let scene = try Scene()
        let person = try scene.log.person("Hidden", registers: false)
        let record = Record(
            stream: .vault, number: scene.log.number(.vault) + 1, time: scene.log.time, event: .cardAdded,
            actor: person.hash, notes: [person.hash])
        try scene.log.append(record, notes: [])
        #expect(scene.log.findings().map(\.kind) == [.noteWithheld])
    }

    @Test func missingCaseKeyIsIncomplete() throws {
        let scene = try Scene()
        let keys = AuditKeys(vault: scene.log.vaultKey, matters: [])
        let replay = scene.log.replay(keys: ReplayKeys(keys))
        #expect(replay.findings.map(\.kind) == [.keyMissing])
        #expect(replay.statistics.foreign == 3)
    }

    @Test func eventOfALaterVersionIsIncomplete() throws {
        let scene = try Scene()
        try scene.log.append(.backedUp, in: .vault, by: nil, notes: [])
        #expect(scene.log.findings().map(\.kind) == [.eventUnknown])
    }
}
