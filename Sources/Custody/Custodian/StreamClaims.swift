import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage

// No two streams have one key. A recipient knows the keys of what was lent to her, and can derive those of what she lends
// on: a case or grant on the key of another stream would take that one's numbers, and hide the leaves that come after.
extension Custodian {
    private static let allClaimed = "streams-claimed"

    private static func claimSetting(_ key: StreamKey) -> String {
        "stream/" + String(decoding: Hex.encode(key.tag(1).bytes), as: UTF8.self)
    }

    /// Takes a key for a new stream, for good: it stays taken when its case is erased.
    /// - Throws: `CustodianError.conflict` where another stream has it.
    func claim(_ key: StreamKey, in records: any RecordTransaction) throws {
        let name = Custodian.claimSetting(key)
        guard try key.tag(1) != keys.vaultStream.tag(1) && records.setting(name) == nil else {
            throw CustodianError(.conflict, "the log key is in use here already")
        }
        try records.setSetting(name, [1])
    }

    /// Takes the keys of all streams of a vault that was kept by a program which did not.
    func claimAll() async throws {
        guard try await stores.records.read({ try $0.setting(Custodian.allClaimed) }) == nil else { return }
        try await submit(isSmall: true) { ledger in
            let records = ledger.records
            for matter in try records.matters() {
                let grants = try records.grants(of: matter.id).map { StreamID.grant($0.id) }
                for stream in [.matter(matter.id)] + grants {
                    // One whose row is damaged has no key that anybody could use.
                    guard let key = try? self.streams.derive(stream, in: records) else { continue }
                    try records.setSetting(Custodian.claimSetting(key), [1])
                }
            }
            try records.setSetting(Custodian.allClaimed, [1])
        }
    }
}
