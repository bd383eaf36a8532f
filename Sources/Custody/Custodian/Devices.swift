import AuditTrail
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
import Storage

/// A device's newest sign of life, as the custodian keeps it for the owner.
public struct KeptHeartbeat: Sendable {
    /// The heartbeat, a note signed by the device.
    public let note: [UInt8]
    /// When it came, by the custodian's clock.
    public let received: Timestamp
    /// Index of its leaf.
    public let index: UInt64
}

extension Custodian {
    /// What a device is told of a note of its own that was taken: the leaf behind it, by the custodian's signature.
    ///
    /// A device holds no log key and so cannot see that a leaf is its own; who holds it can, and convict the custodian.
    public func promise(_ note: NoteHash, _ acceptance: Acceptance) throws -> [UInt8] {
        let leaf = try tree.hash(level: 0, index: acceptance.index)
        let body = Taken(custodian: verifierKey, note: note, index: acceptance.index, leaf: Digest(leaf.bytes))
        return try Verified(body, signedBy: keys.signer).bytes
    }

    /// Takes a device's sign of life: a leaf of the case's stream, at most one an hour or so of each device.
    ///
    /// It has to say the same of the device's ingest records as the custodian knows: so each learns at once where the
    /// other has lost some.
    public func addHeartbeat(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Heartbeat>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.device)
        let body = verified.body
        return try await take(verified, in: .matter(body.caseID)) { ledger in
            guard try self.caseCard(body.caseID, in: ledger.records).body.signers.contains(body.device) else {
                throw CustodianError(.notAuthentic, "the heartbeat's signer is no device of this case")
            }
            let setting = Custodian.heartbeatSetting(body.device, in: body.caseID)
            if let before = try Custodian.heartbeat(setting, in: ledger.records),
                ledger.time.seconds < before.received.seconds + Heartbeat.interval
            {
                throw CustodianError(.tooMany, "this device's last heartbeat came less than an hour ago")
            }
            let newest = try ledger.records.signer(body.device, in: body.caseID)
            guard body.newest == newest?.hash, body.taken == (newest.map { $0.sequence + 1 } ?? 0) else {
                throw CustodianError(.conflict, "the heartbeat speaks of other ingest records than were taken here")
            }
            let appended = try ledger.append(
                .heartbeat, in: .matter(body.caseID), by: nil, notes: [NamedNote(verified)])
            let line = "\(ledger.time.seconds) \(appended.index)\n"
            try ledger.records.setSetting(setting, Array(line.utf8) + note)
            return appended
        }
    }

    /// The newest heartbeats of a case's devices, for its owner.
    public func heartbeats(_ query: Query, _ card: CardState) async throws -> [KeptHeartbeat] {
        guard query.subject == .caseStream, let scope = query.scope else {
            throw CustodianError(.malformed, "the query names no case")
        }
        return try await stores.records.read { reader in
            let matter = try self.caseCard(CaseID(scope.bytes), in: reader).body
            guard matter.ownerKey == card.card.key else {
                throw CustodianError(.notAuthentic, "this card may not see that")
            }
            return try matter.signers.compactMap { device in
                try Custodian.heartbeat(Custodian.heartbeatSetting(device, in: matter.caseID), in: reader)
            }
        }
    }

    private static func heartbeatSetting(_ device: VerifierKey, in matter: CaseID) -> String {
        heartbeatSetting(of: matter) + String(decoding: SHA256.hash(device.text).hex, as: UTF8.self)
    }

    /// How the names of a case's heartbeats begin.
    static func heartbeatSetting(of matter: CaseID) -> String {
        "heartbeat-" + String(decoding: matter.hex, as: UTF8.self) + "-"
    }

    private static func heartbeat(_ setting: String, in reader: any RecordReader) throws -> KeptHeartbeat? {
        guard let value = try reader.setting(setting) else { return nil }
        let line = String(decoding: value.prefix { $0 != 0x0A }, as: UTF8.self).split(separator: " ")
        guard line.count == 2, let seconds = UInt64(line[0]), let index = UInt64(line[1]) else {
            throw StorageError(.damaged, "a heartbeat in the records cannot be read")
        }
        let note = [UInt8](value.drop { $0 != 0x0A }.dropFirst())
        return KeptHeartbeat(note: note, received: Timestamp(seconds: seconds), index: index)
    }
}
