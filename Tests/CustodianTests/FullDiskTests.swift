import AuditTrail
import Sharing
import SignedNote
import Storage
import Synchronization
import Testing

@testable import Custodian

/// A reserve whose release makes room, and which can be had again when a test says so.
private final class TestReserve: SpaceReserve {
    private let faults: Faults
    private let state = Mutex((released: 0, hasSpace: true))

    init(_ faults: Faults) { self.faults = faults }

    var released: Int { state.withLock { $0.released } }
    func makeSpace() { state.withLock { $0.hasSpace = true } }

    func release() {
        state.withLock {
            $0.released += 1
            $0.hasSpace = false
        }
        faults.fail(.transaction, nil)
    }
    func hold() -> Bool { state.withLock { $0.hasSpace } }
}

struct FullDiskTests {
    private func scene() async throws -> (Scene, TestItem, SignedGrant, TestReserve) {
        let scene = try await Scene.make()
        let reserve = TestReserve(scene.faults)
        scene.reserve = reserve
        try await scene.restart()
        let item = try await scene.addItem()
        return (scene, item, try await scene.lend([item]), reserve)
    }

    @Test func reserveLogsRefusalsAndEndingsAndNothingElse() async throws {
        let (scene, item, grant, reserve) = try await scene()
        scene.faults.fail(.transaction, .full)
        let size = try scene.size
        let answer = try await scene.handle(try scene.request([item], under: grant))
        #expect(!answer.isGranted && answer.response == nil && answer.index == size)
        let record = try scene.verify(answer.receipt, answer.record, in: grant.streamKey)
        #expect(record.event == .refused && record.failures == [.noRoom])
        #expect(reserve.released == 1)
        // Rules come first; what else takes room is not taken.
        let wrong = try scene.request([item], under: grant) { $0.time = .init(seconds: 1) }
        let refused = try await scene.handle(wrong)
        #expect(
            try scene.verify(refused.receipt, refused.record, in: grant.streamKey).failures == [.requestTimeOff])
        let next = try scene.nextItem("next")
        try scene.upload(next.content)
        #expect(try await refusal { try await scene.submit(next) } == .full)
        #expect(try await refusal { try await scene.custodian.addCard(try Person("x", role: "private").note) } == .full)
        _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        #expect(try await scene.newestRecord(in: .grant(grant.id), grant.streamKey).event == .revoked)
        #expect(try await scene.custodian.stores.records.read { try $0.grant(grant.id) }?.openingsUsed == 0)
    }

    @Test func everythingIsTakenAgainOnceTheReserveIsBack() async throws {
        let (scene, item, grant, reserve) = try await scene()
        scene.faults.fail(.transaction, .full)
        let refused = try scene.request([item], under: grant)
        #expect(try await !scene.handle(refused).isGranted)
        #expect(try await !scene.handle(try scene.request([item], under: grant)).isGranted)
        reserve.makeSpace()
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
        _ = try await scene.addItem("more")
        // What was refused stays so: a retry is no new request.
        #expect(try await !scene.handle(refused).isGranted)
        #expect(reserve.released == 1)
    }

    @Test func custodianThatStartsWithoutRoomForItsReserveRefuses() async throws {
        let (scene, item, grant, reserve) = try await scene()
        reserve.release()
        try await scene.restart()
        #expect(try await !scene.handle(try scene.request([item], under: grant)).isGranted)
        reserve.makeSpace()
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
    }

    @Test func diskThatIsFullBeyondTheReserveRefusesWithoutALeaf() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let size = try scene.size
        scene.faults.fail(.transaction, .full)
        #expect(try await refusal { try await scene.handle(try scene.ownRequest([item])) } == .full)
        #expect(try scene.size == size)
        scene.faults.clear()
        #expect(try await scene.handle(try scene.ownRequest([item])).isGranted)
    }
}
