import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Erasing with a store that fails at its n-th call, before it does anything or afterwards: whatever was begun is
/// finished, at the next look or the next start, and the log says once what was erased.
struct ErasureFaultTests {
    @Test(arguments: [true, false], FaultTests.faults)
    func erasureThatWasCutOffIsFinished(isOfCase: Bool, fault: FaultTests.Fault) async throws {
        var tried = 0
        for call in 1... {
            let scene = try await Scene.make()
            let items = [try await scene.addItem("statement one"), try await scene.addItem("statement two")]
            let grant = try await scene.lend(items)
            _ = try await scene.handle(try scene.request([items[0]], under: grant))
            var traces = try await scene.traces(of: items[0])
            if isOfCase { traces["id"] = items[0].id.bytes.array }
            try await scene.ask(try await scene.erasure(of: isOfCase ? [] : [items[0]]))
            scene.clock.advance(by: Erasure.standardWait)
            let size = try scene.size
            scene.faults.trip(at: call, fault.moment, fault.code)
            let failure = await failure { try await scene.custodian.eraseDue() }
            let calls = scene.faults.calls
            scene.faults.clear()
            if fault.code == .full, failure != nil { try await scene.custodian.eraseDue() }
            try await scene.restart()
            #expect(try scene.found(anyOf: traces) == [], "call \(call)")
            #expect(try await scene.custodian.stores.records.read { try $0.objectsToDestroy() } == [])
            #expect(try scene.custodian.stores.objects.ids() == (isOfCase ? [] : [items[1].id]))
            let events = try await events(scene, from: size)
            #expect(events.count { $0 == (isOfCase ? .caseErased : .itemErased) } == 1, "call \(call)")
            if !isOfCase {
                #expect(try await scene.handle(try scene.request([items[1]], under: grant)).isGranted)
            }
            if calls < call {
                #expect(failure == nil)
                break
            }
            tried += 1
        }
        #expect(tried >= 5)
    }

    private func failure(_ body: () async throws -> Void) async -> (any Error)? {
        do { try await body() } catch { return error }
        return nil
    }

    private func events(_ scene: Scene, from index: UInt64) async throws -> [Event] {
        let size = try scene.size
        let keys = [try scene.vaultKey, scene.caseKey]
        return try await scene.custodian.stores.records.read { try $0.leaves(index..<size) }.compactMap { row in
            row.record.flatMap { sealed in
                keys.lazy.compactMap { try? DisclosedRecord(opening: sealed, with: $0) }.first?.record.event
            }
        }
    }
}
