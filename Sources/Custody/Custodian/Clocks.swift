import AuditTrail
import Sharing
import SignedNote
import Storage

extension Ledger {
    private static let setting = "clock-moved-back"

    /// Whether the custodian's clock stands behind the newest leaf by more than clocks may differ.
    var isClockBehind: Bool { !Decision.isNear(clock, time) }

    /// Where the clock stands behind the log, the vault's stream says so: once for as long as that lasts, before
    /// anything else happens.
    func tellOfClock() throws {
        guard isClockBehind, try !Ledger.isTold(time, in: records) else { return }
        try append(.clockMovedBack, in: .vault, by: nil, notes: [])
        try records.setSetting(Ledger.setting, time.text)
    }

    // The log's time stands still while the clock is behind it, so it names the spell.
    static func isTold(_ time: Timestamp, in records: any RecordReader) throws -> Bool {
        try records.setting(setting) == time.text
    }
}

extension Custodian {
    func tellOfClock() async throws {
        let time = newestTime
        guard !Decision.isNear(clock(), time),
            try await !stores.records.read({ try Ledger.isTold(time, in: $0) })
        else { return }
        try await submit(isSmall: true) { _ in }  // every transaction begins with it
    }
}
