import AgeFile
import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Later case cards.
@Suite struct CaseCardTests {
    @Test func itemIsAttestedByTheCardOfItsTime() throws {
        let scene = try Scene()
        var matter = scene.matter
        let camera = try scene.log.person("Camera")
        try scene.log.item(matter, by: camera)
        try scene.log.changeCard(of: &matter, signers: [camera.signer.verifierKey])
        try scene.log.item(matter, by: camera)
        try scene.log.item(matter, by: camera, asDevice: true)
        try scene.log.changeCard(of: &matter, signers: [])
        try scene.log.item(matter, by: camera)
        var replay = scene.log.replay()
        #expect(replay.findings == [])
        let lines = replay.takeLines().filter { $0.record.event == .itemAdded }
        #expect(lines.map(\.isAttested) == [true, true, false, true, true, false])
    }

    @Test func deviceThatTheNewestCardLeavesOutAddsNothing() throws {
        let scene = try Scene()
        var matter = scene.matter
        let camera = try scene.log.person("Camera", registers: false)
        try scene.log.changeCard(of: &matter, signers: [camera.signer.verifierKey])
        try scene.log.item(matter, by: camera, asDevice: true)
        try scene.log.changeCard(of: &matter, signers: [])
        try scene.log.item(matter, by: camera, asDevice: true)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func caseCardOutOfTurnIsFound() throws {
        let changes: [(LogFixture, inout Matter) throws -> Void] = [
            { log, matter in try log.changeCard(of: &matter, signers: [], number: 2) },
            { log, matter in try log.changeCard(of: &matter, signers: [], previous: Random.value()) },
            { log, matter in try log.changeCard(of: &matter, signers: [], recipient: AgeIdentity.random().recipient) },
            { log, matter in try log.changeCard(of: &matter, signers: [], by: try log.person("Other")) },
        ]
        for change in changes {
            let scene = try Scene()
            var matter = scene.matter
            try change(scene.log, &matter)
            #expect(scene.log.findings().map(\.kind) == [.caseCardNotNext])
        }
    }

    @Test func caseCardByAnotherKeyIsFound() throws {
        let scene = try Scene()
        var matter = scene.matter
        try scene.log.changeCard(of: &matter, signers: [], signedBy: scene.officer.signer)
        #expect(scene.log.findings().map(\.kind) == [.noteNotSigned])
    }

    @Test func caseCardByAWithdrawnOwnerIsFound() throws {
        let scene = try Scene()
        var matter = scene.matter
        try scene.log.withdraw(scene.owner)
        try scene.log.changeCard(of: &matter, signers: [])
        #expect(scene.log.findings().map(\.kind) == [.caseCardNotNext])
    }
}
