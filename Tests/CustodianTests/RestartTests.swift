import AgeFile
import AuditTrail
import Glibc
import Sharing
import SignedNote
import Sodium
import Storage
import StorageSQLite
import Testing
import TransparencyLog

@testable import Custodian

struct RestartTests {
    @Test func restartAfterEachStepKeepsHeadAndReceipts() async throws {
        let scene = try await Scene.empty()
        try await checkRestart(scene)
        _ = try await scene.custodian.setTrust(try scene.trust().bytes)
        try await checkRestart(scene)
        _ = try await scene.custodian.addCard(scene.owner.note)
        _ = try await scene.custodian.addCard(scene.officer.note)
        try await checkRestart(scene)
        let opened = try await scene.openCase()
        try await checkRestart(scene)
        let item = try await scene.addItem()
        try await checkRestart(scene)
        let grant = try await scene.lend([item])
        try await checkRestart(scene)
        let request = try scene.request([item], under: grant)
        let answer = try await scene.handle(request)
        try await checkRestart(scene)
        let again = try await scene.handle(request)
        #expect(again.index == answer.index && again.response == answer.response)
        #expect(try scene.keys(again, request, grant)[item.id]?.secret == item.contentKey.secret)
        _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        try await checkRestart(scene)
        #expect(try await scene.openCase().index == opened.index)
        #expect(try await scene.submit(item).index == opened.index + 1)
        #expect(try await scene.submit(grant).index == opened.index + 2)
    }

    @Test func secondCustodianOnOneFolderIsRefusedNamingTheProcess() async throws {
        let scene = try await Scene.make()
        let path = scene.folder.path + "/vault"
        do {
            _ = try VaultFolder(path: path, creating: false)
            Issue.record("the folder was taken twice")
        } catch let error as StorageError {
            #expect(error.code == .inUse)
            #expect(error.reason.contains("\(getpid())"))
        }
        // The lock is held by the stores alone: nobody has kept the folder's own value.
        _ = try await scene.addItem()
    }

    @Test func olderRecordsThanThePublishedCheckpointKeepTheVaultClosed() async throws {
        let scene = try await Scene.make()
        scene.close()
        try await release(scene)
        try scene.folder.copy("vault", to: "old")
        try await scene.open()
        let item = try await scene.addItem()
        let published = try scene.custodian.checkpoint
        scene.close()
        try await release(scene)
        for name in ["records.sqlite", "records.sqlite-wal", "records.sqlite-shm"] {
            scene.folder.remove("vault/" + name)
            if (try? readFile(scene.folder.path + "/old/" + name)) != nil {
                try scene.folder.copy("old/" + name, to: "vault/" + name)
            }
        }
        for _ in 0..<2 {
            try await scene.restart()
            #expect(throws: CustodianError(.closed, "")) { try scene.custodian.requireOpen() }
            let request = try scene.ownRequest([item])
            #expect(try await refusal { try await scene.handle(request) } == .closed)
            #expect(try await refusal { try await scene.custodian.addCard(scene.owner.note) } == .closed)
            #expect(try scene.custodian.stores.checkpoints.published() == published)
        }
        // The log can still be read.
        #expect(try scene.custodian.policy.verify(scene.custodian.checkpoint).checkpoint.size == scene.size)
    }

    @Test func tornPublishedCheckpointIsMadeAnew() async throws {
        let scene = try await Scene.make()
        let path = scene.folder.path + "/vault/log/checkpoint"
        let whole = try readFile(path)
        for torn in [[], Array(whole.prefix(40)), [UInt8](repeating: 0, count: whole.count)] {
            scene.close()
            try writeFile(torn, path)
            try await scene.restart()
            try scene.custodian.requireOpen()
            #expect(try readFile(path) == whole)
        }
    }

    @Test func publishedCheckpointOfAnotherLogKeepsTheVaultClosed() async throws {
        let (scene, other) = (try await Scene.make(), try await Scene.make())
        scene.close()
        try writeFile(try other.custodian.checkpoint, scene.folder.path + "/vault/log/checkpoint")
        try await scene.restart()
        #expect(throws: CustodianError(.closed, "")) { try scene.custodian.requireOpen() }
    }

    @Test func recordsWithoutTheirLogsKeyAreNotServed() async throws {
        let scene = try await Scene.make()
        scene.close()
        try await release(scene)
        scene.folder.remove("vault/keys/log-key")
        await #expect(throws: StorageError(.damaged, "")) { try await scene.restart() }
    }

    @Test func whatWasStagedBeforeAKillIsRemoved() async throws {
        let scene = try await Scene.make()
        let item = try scene.nextItem()
        let staged = try scene.custodian.stageObject()
        try item.content.payload.withUnsafeBytes { try staged.write($0) }
        // As a killed custodian of the same process id leaves it.
        let left = try #require(try scene.folder.files(under: "vault/staging").first)
        try writeFile(left.value, scene.folder.path + "/vault/staging/\(getpid())-left")
        withExtendedLifetime(staged) {}
        try await scene.restart()
        #expect(try scene.folder.files(under: "vault/staging").isEmpty)
    }

    private func checkRestart(_ scene: Scene) async throws {
        let (checkpoint, size) = (try scene.custodian.checkpoint, try scene.size)
        try await scene.restart()
        let custodian = try scene.custodian
        #expect(custodian.checkpoint == checkpoint)
        #expect(try scene.size == size)
        try custodian.requireOpen()
        let rows = try await custodian.stores.records.read { try $0.leaves(0..<size) }
        #expect(rows.map(\.index) == Array(0..<size))
        for row in rows { _ = try custodian.receipt(row.index).verify(leaf: row.leaf.hash, policy: custodian.policy) }
    }

    /// Waits until the custodian that was dropped has let go of its folder.
    private func release(_ scene: Scene) async throws {
        _ = try await patiently { try VaultFolder(path: scene.folder.path + "/vault", creating: false) }
    }
}
