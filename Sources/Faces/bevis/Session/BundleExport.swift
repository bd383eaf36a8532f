import AuditTrail
import CustodianClient
import CustodianProtocol
import Glibc
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// Writes the audit bundle: the log as tiles, its records, item lists and the log keys sealed to the auditor.
struct BundleExport {
    private let session: VaultSession
    private let caller: Caller

    init(_ session: VaultSession, by caller: Caller) {
        self.session = session
        self.caller = caller
    }

    /// Writes the bundle into a new folder and returns the number of entries.
    func write(to path: String) throws -> UInt64 {
        guard mkdir(path, 0o700) == 0 else {
            let shown = Escaped.quoted(path)
            guard errno != EEXIST else {
                throw CommandFailure(.refused, "\(shown) exists already", hint: "name a new folder: --out FOLDER")
            }
            throw CommandFailure.system("make the folder", shown, code: errno)
        }
        let keys = try session.connection.post(bytes: "/v1/audit/keys", try session.ask(.audit, nil, by: caller))
        let entries = try session.entries()
        guard let head = session.newest else { return 0 }
        try save(keys, path, BundleLayout.keys)
        try save(session.policy.text, path, BundleLayout.policy)
        if let trust = try VaultSession.about(session.connection).trust { try save(trust, path, BundleLayout.trust) }
        var writer = BundleWriter()
        for start in stride(from: 0, to: entries.count, by: 256) {
            let end = min(start + 256, entries.count)
            let rows = try session.auditRecords(UInt64(start)..<UInt64(end), by: caller)
            for index in start..<end {
                let row = rows[UInt64(index)]
                let files = try writer.append(entry: entries[index], record: row?.record, head: row?.checkpoint)
                for file in files { try save(file.bytes, path, file.path) }
            }
        }
        for file in try writer.finish(checkpoint: head.note.bytes) { try save(file.bytes, path, file.path) }
        try session.auditLists(by: caller) { try save($1, path, BundleLayout.list($0)) }
        return head.checkpoint.size
    }

    private func save(_ bytes: [UInt8], _ folder: String, _ place: [UInt8]) throws {
        let name = string(place)
        var parent = folder
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
                throw CommandFailure.system("make the folder", Escaped.quoted(parent), code: errno)
            }
        }
        let file = try OutputFile(folder + "/" + name)
        try file.write(bytes)
        try file.commit()
    }
}
