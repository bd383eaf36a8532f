import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

/// Each command with a store that fails at its n-th call: before it does anything ("failed and not stored"), or
/// afterwards ("failed but stored").
struct FaultTests {
    enum Command: CaseIterable, Sendable { case add, grant, open, revoke }

    struct Fault: Sendable {
        let moment: Faults.Moment
        let code: StorageError.Code
    }

    // A full disk never stores: only what may have been stored is told by `notDurable`.
    static let faults = [
        Fault(moment: .before, code: .full), Fault(moment: .before, code: .notDurable),
        Fault(moment: .after, code: .notDurable),
    ]

    @Test(arguments: Command.allCases, faults)
    func nothingAcknowledgedIsLostAndNothingIsReleasedWithoutALeaf(command: Command, fault: Fault) async throws {
        var tried = 0
        for call in 1... {
            let play = try await Play.make()
            play.scene.faults.trip(at: call, fault.moment, fault.code)
            let outcome = try await play.run(command)
            let calls = play.scene.faults.calls
            play.scene.faults.clear()
            if calls < call {
                #expect(outcome.failure == nil)
                break
            }
            tried += 1
            try await play.check(outcome, after: command)
            if fault.code == .full {
                let card = try Person("next, without a restart", role: "private").note
                _ = try await play.scene.custodian.addCard(card)
            }
            try await play.scene.restart()
            try await play.check(outcome, after: command)
            try await play.finish(command)
        }
        #expect(tried >= 2)
    }
}

/// A vault with an item and a grant, and what each command would do to it.
private final class Play {
    let scene: Scene
    let item: TestItem
    let grant: SignedGrant
    let request: SignedRequest
    let revocation: Verified<Revocation>
    let nextItem: TestItem
    let nextGrant: SignedGrant
    let size: UInt64

    struct Outcome {
        var index: UInt64?
        var response: [UInt8]?
        var failure: (any Error)?
    }

    private init(_ scene: Scene) async throws {
        self.scene = scene
        item = try await scene.addItem()
        grant = try await scene.lend([item])
        request = try scene.request([item], under: grant)
        revocation = try scene.revocation(of: grant)
        nextItem = try scene.nextItem("the next")
        nextGrant = try scene.sign(try scene.draft([item]))
        size = try scene.size
    }

    static func make() async throws -> Play { try await Play(try await Scene.make()) }

    func run(_ command: FaultTests.Command) async throws -> Outcome {
        var outcome = Outcome()
        do {
            switch command {
            case .add:
                try scene.upload(nextItem.content)
                outcome.index = try await scene.submit(nextItem).index
            case .grant: outcome.index = try await scene.submit(nextGrant).index
            case .open:
                let answer = try await scene.handle(request)
                (outcome.index, outcome.response) = (answer.index, answer.response)
            case .revoke: outcome.index = try await scene.custodian.revoke(revocation.bytes).index
            }
        } catch {
            outcome.failure = error
        }
        return outcome
    }

    /// What was acknowledged is there, what was released has a leaf, and every secret belongs to a grant.
    func check(_ outcome: Outcome, after command: FaultTests.Command) async throws {
        let custodian = try scene.custodian
        let size = try scene.size
        let rows = try await custodian.stores.records.read { try $0.leaves(0..<size) }
        #expect(rows.count == Int(size))
        #expect(size >= self.size)
        if let index = outcome.index { #expect(index < size) }
        if outcome.response != nil { #expect(outcome.index != nil) }
        if let error = outcome.failure {
            #expect(error is CustodianError || error is StorageError)
        }
    }

    /// The next command works: first the same again, as a client that got no answer does, then all the others.
    func finish(_ command: FaultTests.Command) async throws {
        var again = try await run(command)
        if command == .grant, again.failure != nil {
            // Its one-time recipient went with the custodian: the owner makes a new grant.
            #expect((again.failure as? CustodianError)?.code == .unknown)
            let fresh = try scene.sign(try scene.draft([item]))
            again = Play.Outcome(index: try await scene.submit(fresh).index)
        }
        #expect(again.failure == nil)
        let index = try #require(again.index)
        #expect(index >= size)
        let after = try scene.size
        if command != .revoke {
            let opened = try await scene.handle(request)
            let keys = try scene.keys(opened, request, grant)
            #expect(keys[item.id]?.secret == item.contentKey.secret)
            _ = try await scene.custodian.revoke(revocation.bytes)
        }
        let refused = try await scene.handle(try scene.request([item], under: grant))
        #expect(!refused.isGranted)
        _ = try await scene.addItem("one more")
        #expect(try scene.size > after)
        try await checkSecrets()
    }

    private func checkSecrets() async throws {
        let custodian = try scene.custodian
        let names = try custodian.stores.secrets.names()
        let grants = try await custodian.stores.records.read { [caseID = scene.caseID] in try $0.grants(of: caseID) }
        let live = grants.compactMap { row in row.secret.map { custodian.secretName(row.id, $0) } }
        #expect(Set(live) == Set(names))
    }
}
