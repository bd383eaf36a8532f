import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// No lists, no tree: what the records alone lead to.
private struct Bare: ReplayEnvironment {
    func sealedList(_ grant: GrantID) -> [UInt8]? { nil }
    func root(size: UInt64) -> TreeHash? { nil }
}

private let key = try? StreamKey(SecretBytes(count: 32) { $0[0] = 1 })
private let log = try? VerifierKey(
    parsing: Array("bevis.example/log/0123456789abcdef+3de5b9bd+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx".utf8))

/// Pages and leaves come back byte for byte, and a replay of any records ends in findings and in nothing worse.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let leaf = try? Leaf(entry: bytes) { demand(leaf.entry == bytes, "a leaf keeps its bytes") }
    for count in 1...8 {
        guard let page = try? RecordPage(parsing: bytes, count: count) else { continue }
        demand(page.bytes == bytes, "a page of records is canonical")
        replay(page.records.compactMap { $0 })
    }
    replay([bytes])
    return 0
}

private func replay(_ records: [[UInt8]]) {
    guard let key, let log else { return }
    var entries: [ReplayEntry] = []
    var matters: [AuditKeys.Matter] = []
    for bytes in records {
        guard let disclosed = try? DisclosedRecord(parsing: bytes) else {
            entries.append(ReplayEntry(entry: bytes, sealed: bytes))
            continue
        }
        var stream = key
        switch disclosed.record.stream {
        case .vault: break
        case .matter(let id): matters.append(AuditKeys.Matter(id: id, key: key))
        case .grant(let id): stream = key.child(id)
        }
        let leaf = disclosed.leaf(in: stream)
        entries.append(ReplayEntry(entry: leaf.entry, sealed: try? disclosed.sealed(to: stream)))
    }
    guard entries.contains(where: { $0.sealed != nil }) else { return }
    var replay = Replay(
        ReplayKeys(AuditKeys(vault: key, matters: matters)), anchor: TrustAnchor(policy: LogPolicy(log: log)),
        keepsLines: true)
    replay.advance(entries, in: Bare())
    demand(replay.statistics.leaves == UInt64(entries.count), "every leaf is counted")
    _ = replay.takeLines()
}
