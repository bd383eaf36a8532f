import AuditTrail
import LogFixture
import Sharing
import Testing

@Suite struct ReplayTests {
    @Test func anHonestLogIsIntact() throws {
        let scene = try Scene()
        try scene.play()
        let replay = scene.log.replay()
        #expect(replay.findings == [])
        #expect(replay.statistics.leaves == scene.log.size)
        #expect(replay.statistics.records == scene.log.size)
        #expect(replay.statistics.foreign == 0)
        #expect(replay.statistics.count(.opened) == 2)
        #expect(replay.statistics.count(.refused) == 2)
    }

    @Test(arguments: [1, 2, 3, 5, 1_000]) func batchesDoNotMatter(size: Int) throws {
        let scene = try Scene()
        try scene.play()
        #expect(scene.log.replay(batch: size).findings == [])
    }
}
