import CustodianClient
import CustodianProtocol
import Glibc
import Sharing
import SignedNote
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
        guard mkdir(path, 0o700) == 0 else { throw CommandFailure.system("making the folder", path, code: errno) }
        let keys = try session.connection.post(bytes: "/v1/audit/keys", try session.ask(.audit, nil, by: caller))
        let head = try session.refresh()
        try save(keys, path, "keys.age")
        try save(session.policy.text, path, "policy")
        if let trust = try VaultSession.about(session.connection).trust { try save(trust, path, "trust") }
        try save(head.note.bytes, path, "log/checkpoint")
        let size = head.checkpoint.size
        let tiles =
            TileCoordinate.tiles(forSize: size).map(\.path) + EntriesCoordinate.bundles(forSize: size).map(\.path)
        for tile in tiles {
            let name = string(tile)
            try save(try session.connection.get("/" + name), path, "log/" + name)
        }
        try writeRecords(size, path)
        let lists: [Wire.List] = try session.connection.post(
            "/v1/audit/lists", try session.ask(.audit, nil, by: caller))
        for list in lists { try save([UInt8](list.list), path, "lists/\(list.grant).age") }
        try save(Array(BundleExport.readme.utf8), path, "README.txt")
        return size
    }

    // For each leaf four bytes of length, most significant first, and the sealed record; 256 leaves a file.
    private func writeRecords(_ size: UInt64, _ path: String) throws {
        for bundle in EntriesCoordinate.bundles(forSize: size) {
            let first = bundle.index * 256
            let rows: [Wire.Leaf] = try session.connection.post(
                "/v1/audit/records", try session.ask(.audit, nil, by: caller, from: first))
            var records: [UInt64: [UInt8]] = [:]
            for row in rows { records[row.index] = row.record.map { [UInt8]($0) } }
            var bytes: [UInt8] = []
            for index in first..<first + UInt64(bundle.width) {
                let record = records[index] ?? []
                let count = UInt32(record.count)
                bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + record
            }
            try save(bytes, path, "records/" + string(Array(bundle.full.path.dropFirst("tile/entries/".utf8.count))))
        }
    }

    private func save(_ bytes: [UInt8], _ folder: String, _ name: String) throws {
        var parent = folder
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
                throw CommandFailure.system("making a folder", parent, code: errno)
            }
        }
        let file = try OutputFile(folder + "/" + name)
        try file.write(bytes)
        try file.commit()
    }

    private static let readme = """
        This folder holds the access log of a vault, for an auditor. It holds no evidence.

        log/      the log in the C2SP tlog-tiles layout, with its signed checkpoint
        records/  what each entry is about, sealed; keys.age opens them for the auditor it was made for
        lists/    which files each grant lends, sealed
        policy    the log's key; trust: whom the operator trusts. Take both from the operator, not from here.

        To check it, without network or vault:
          bevis-audit verify THIS-FOLDER --keys KEYS-FOLDER -i identity.age

        """
}
