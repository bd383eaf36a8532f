import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Signs of life of recording devices, replayed.
@Suite struct HeartbeatTests {
    @Test func heartbeatThatFitsTheChainIsIntact() throws {
        let (scene, matter, camera) = try paired()
        try log(scene, matter, camera, taken: 0, newest: nil)
        let clip = try scene.log.ingestRecord(matter, by: camera)
        try scene.log.append(
            .itemAdded, in: .matter(matter.id), by: nil, notes: [.init(clip)], items: [clip.body.content.id])
        try log(scene, matter, camera, taken: 1, newest: clip.hash)
        #expect(scene.log.findings() == [])
    }

    @Test func heartbeatThatSpeaksOfOtherRecordsIsFound() throws {
        for (taken, newest) in [(UInt64(1), Random.value()), (3, Random.value())] as [(UInt64, NoteHash)] {
            let (scene, matter, camera) = try paired()
            try log(scene, matter, camera, taken: taken, newest: newest)
            #expect(scene.log.findings().map(\.kind) == [.heartbeatNotAllowed])
        }
    }

    @Test func heartbeatThatIsLoggedOnceMoreIsFound() throws {
        let (scene, matter, camera) = try paired()
        let body = Heartbeat(
            caseID: matter.id, device: camera.signer.verifierKey, time: scene.log.time, taken: 0, newest: nil,
            newestTime: nil, waiting: 0, oldestWaiting: nil, warnings: [])
        let note = try Verified(body, signedBy: camera.signer)
        for _ in 1...2 {
            let stream = StreamID.matter(matter.id)
            let record = Record(
                stream: stream, number: scene.log.number(stream) + 1, time: scene.log.time, event: .heartbeat,
                actor: nil,
                notes: [note.hash], items: [])
            try scene.log.append(record, notes: [note.note.bytes])
            scene.log.setNumber(stream, record.number)
            scene.log.now += 3_600
        }
        #expect(scene.log.findings().map(\.kind) == [.heartbeatNotAllowed])
    }

    @Test func highestNumbersThatThereAreEndNoReplay() throws {
        let (scene, first, camera) = try paired()
        var matter = first
        for _ in 1...2 {
            try scene.log.item(matter, by: camera, asDevice: true, sequence: .max)
            try log(scene, matter, camera, taken: .max, newest: Random.value())
        }
        for _ in 1...2 { try scene.log.changeCard(of: &matter, signers: [], number: .max) }
        #expect(
            scene.log.findings().map(\.kind) == [
                .ingestChainBroken, .heartbeatNotAllowed, .ingestChainBroken, .heartbeatNotAllowed, .caseCardNotNext,
                .caseCardNotNext,
            ])
    }

    @Test func heartbeatOfADeviceThatTheCardLeavesOutIsFound() throws {
        let (scene, first, camera) = try paired()
        var matter = first
        try scene.log.changeCard(of: &matter, signers: [])
        try log(scene, matter, camera, taken: 0, newest: nil)
        #expect(scene.log.findings().map(\.kind) == [.heartbeatNotAllowed])
    }

    @Test func heartbeatSignedByAnotherKeyIsFound() throws {
        let (scene, matter, camera) = try paired()
        try log(scene, matter, camera, taken: 0, newest: nil, signedBy: scene.officer.signer)
        #expect(scene.log.findings().map(\.kind) == [.noteNotSigned])
    }

    @Test func heartbeatInAnotherStreamOrWithAnActorIsFound() throws {
        let (scene, matter, camera) = try paired()
        try log(scene, matter, camera, taken: 0, newest: nil, by: scene.owner.hash)
        #expect(scene.log.findings().map(\.kind) == [.recordInconsistent])
        let (other, second, phone) = try paired()
        try log(other, second, phone, taken: 0, newest: nil, in: .vault)
        #expect(other.log.findings().map(\.kind) == [.recordInconsistent])
    }

    private func paired() throws -> (Scene, Matter, Person) {
        let scene = try Scene()
        var matter = scene.matter
        let camera = try scene.log.person("Camera", registers: false)
        try scene.log.changeCard(of: &matter, signers: [camera.signer.verifierKey])
        return (scene, matter, camera)
    }

    private func log(
        _ scene: Scene, _ matter: Matter, _ camera: Person, taken: UInt64, newest: NoteHash?, by actor: NoteHash? = nil,
        signedBy signer: NoteSigner? = nil, in stream: StreamID? = nil
    ) throws {
        let body = Heartbeat(
            caseID: matter.id, device: camera.signer.verifierKey, time: scene.log.time, taken: taken, newest: newest,
            newestTime: newest.map { _ in scene.log.time }, waiting: 0, oldestWaiting: nil, warnings: [])
        try scene.log.append(
            .heartbeat, in: stream ?? .matter(matter.id), by: actor,
            notes: [.init(try Verified(body, signedBy: signer ?? camera.signer))])
    }
}
